// Sending changes again, and what operators have dealt with.
#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "libs/service/gaps.h"
#include "libs/telemetry/log.h"
#include "services/catalogue/operations/diagnosis.h"

namespace clusterwire::catalogue {

absl::StatusOr<v1::RewindResponse> Diagnosis::Rewind(const v1::RewindRequest& request) {
  // What was written since the backup gets another history id first; else it would go out twice,
  // under two.
  if (const Relay::State state = on_.relay.state(); state.halted) return state.status;
  const auto cursor = on_.store.cursors().Get(Relay::kCursor);
  if (!cursor.ok() && !absl::IsNotFound(cursor.status())) return cursor.status();
  const store::Position sent = cursor.ok() ? cursor->position : store::Position();
  ASSIGN_OR_RETURN(const store::Position position, RewoundTo(request, sent));
  // OUT_OF_RANGE when the log can't say what followed.
  RETURN_IF_ERROR(on_.store.Changes(position, /*limit=*/1).status());
  v1::RewindResponse response;
  response.set_after_revision(position.revision.value);
  ASSIGN_OR_RETURN(const int64_t changes, on_.store.CountChanges(position, sent));
  response.set_changes(changes);
  if (request.validate_only() || changes == 0) return response;
  RETURN_IF_ERROR(on_.store.cursors().Rewind(Relay::kCursor, position));
  telemetry::LogInfo("changes are sent again",
                     {{"after_revision", position.revision.value}, {"changes", changes}});
  on_.relay.Wake();
  return response;
}

absl::StatusOr<store::Position> Diagnosis::RewoundTo(const v1::RewindRequest& request,
                                                     store::Position sent) const {
  switch (request.from_case()) {
    case v1::RewindRequest::kAfterRevision: {
      const store::Revision after{request.after_revision()};
      if (after.value < 0) return FieldError("after_revision", "must not be negative");
      const store::Position position = store::EndOf(after);
      ASSIGN_OR_RETURN(const store::Revision newest, on_.store.revision());
      if (after <= newest && after > sent.revision) {
        return Error(absl::StatusCode::kFailedPrecondition, "NOT_SENT_YET",
                     absl::StrCat("the relay has sent changes up to revision ", sent.revision.value,
                                  " only; those above are sent anyway"));
      }
      return position;
    }
    case v1::RewindRequest::kStartTime: {
      const google::protobuf::Timestamp& time = request.start_time();
      if (time.nanos() < 0 || time.nanos() > 999'999'999) {
        return FieldError("start_time.nanos", "must be from 0 to 999999999");
      }
      ASSIGN_OR_RETURN(const std::optional<store::Revision> first,
                       on_.store.FirstSince(ToTime(time)));
      if (!first || first->value > sent.revision.value) return store::EndOf(sent.revision);
      return store::EndOf({first->value - 1});
    }
    case v1::RewindRequest::FROM_NOT_SET:
      break;
  }
  return FieldError("after_revision",
                    "is missing: say from where on, with after_revision or start_time");
}

absl::StatusOr<int64_t> Diagnosis::AcknowledgeGaps(int64_t through) {
  const auto acknowledge = [through](sql::Connection& connection) {
    return service::Gaps(connection).Acknowledge(through);
  };
  return sql::InTransaction(on_.database, sql::Transaction::Kind::kWrite, acknowledge);
}

}  // namespace clusterwire::catalogue
