#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "clusterwire/change/v1/resource_changed.pb.h"
#include "clusterwire/type/v1/facts.pb.h"

#include "libs/filter/viewer.h"

// Who sees something, as a column of the ledger says it: "" for everybody, else names, each between
// spaces: " programmes/go-cluster ", and " " where operators alone do.
namespace clusterwire::notification {

std::string SeenBy(const type::v1::Facts& facts);
// Who sees any of its images; operators alone where it has none.
std::string SeenBy(const change::v1::ResourceChanged& change);

// Who sees the resource since this change: by the image after, or the last one before it was
// deleted. What was hidden when it was deleted stays hidden. None where it has no image: nothing
// says that others see it than before.
std::optional<std::string> SeenSince(const change::v1::ResourceChanged& change);

bool IsSeen(const filter::Viewer& viewer, std::string_view seen_by);

}  // namespace clusterwire::notification
