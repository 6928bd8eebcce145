#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/notification/v1/explain.pb.h"

#include "libs/base/time/clock.h"
#include "libs/filter/viewer.h"
#include "services/notification/ledger/records/record_list.h"
#include "services/notification/services.h"

// Why a subscription was told of a change or wasn't: by the same predicate, the same rule of what
// it wants, and the same gates as ingest and delivery have.
namespace clusterwire::notification {

// Through whom it is looked: an operator sees all, who a subscriber belongs to what that sees now.
struct ReaderEyes {
  // The subscriber is there, and the caller may use it: else PERMISSION_DENIED or NOT_FOUND.
  static absl::StatusOr<ReaderEyes> Of(const filter::Viewer& caller, const Handles& handles,
                                       const std::string& subscriber);

  bool all = false;           // an operator's
  filter::Viewer subscriber;  // as that sees
  absl::Time since;           // when it was made: its name may have been another's before
};

// The record as it is seen; none where it isn't. What was hidden since is seen of the change alone
// that hid it, as it was before.
std::optional<KeptRecord> Seen(const ReaderEyes& eyes, const SeenRecord& kept);

absl::StatusOr<v1::ExplainResponse> Explain(const filter::Viewer& caller, const Handles& handles,
                                            const v1::ExplainRequest& request, const Clock& clock);

}  // namespace clusterwire::notification
