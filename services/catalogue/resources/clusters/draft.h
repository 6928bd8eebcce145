#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "libs/filter/viewer.h"
#include "libs/store/reader.h"

// Drafts of clusters, inside of others' writes: whom they are shown to, and how they end. All of
// these leave as it is what is published already.
namespace clusterwire::catalogue {

// Shows a draft to the office of a programme, and no longer.
absl::Status ShowDraft(store::Writer& writer, const std::string& cluster,
                       std::string_view programme);
absl::Status HideDraft(store::Writer& writer, const std::string& cluster,
                       std::string_view programme);

absl::Status PublishDraft(store::Writer& writer, const std::string& cluster);

}  // namespace clusterwire::catalogue
