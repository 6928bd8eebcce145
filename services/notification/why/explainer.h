#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "clusterwire/notification/v1/explain.pb.h"

#include "libs/base/status/error.h"
#include "libs/filter/viewer.h"
#include "libs/text/language.h"
#include "services/notification/delivery/operating/shown_to.h"
#include "services/notification/ledger/records/record_list.h"
#include "services/notification/services.h"

// Why a subscription was told of a change or wasn't: by the same predicate, the same rule of what
// it wants, and the same gates as ingest and delivery have.
namespace clusterwire::notification {

// Through the eyes of a subscriber. PERMISSION_DENIED where the caller may not use it, NOT_FOUND
// where there is none.
absl::StatusOr<Eyes> EyesOf(const filter::Viewer& caller, const Handles& handles,
                            const std::string& subscriber);

// `language` of a request is empty, or as BCP 47 writes it.
void CheckLanguage(const std::string& language, FieldErrors& errors);
// The language of an answer about the subscriber: `tag` where it is given, else theirs.
text::Language LanguageFor(const Handles& handles, const std::string& subscriber,
                           const std::string& tag);

// The record as it is seen; none where it isn't. What was hidden since is seen of the change alone
// that hid it, as it was before.
std::optional<KeptRecord> Seen(const Eyes& eyes, const SeenRecord& kept);

absl::StatusOr<v1::ExplainResponse> Explain(const filter::Viewer& caller, const Handles& handles,
                                            const v1::ExplainRequest& sent);

}  // namespace clusterwire::notification
