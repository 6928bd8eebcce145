#include "services/notification/ingest/read_record.h"

#include <string_view>
#include <utility>

#include "libs/base/status/error.h"
#include "libs/change/record.h"
#include "libs/filter/viewer.h"
#include "libs/telemetry/trace.h"

namespace clusterwire::notification {
namespace {

// The ledger's texts hold no zero byte, which protobuf's do.
void CheckText(std::string_view field, std::string_view text, FieldErrors* errors) {
  if (text.find('\0') != std::string_view::npos) errors->Add(field, "has a zero byte in it");
}

}  // namespace

absl::StatusOr<Record> ReadRecord(const kafka::ReceivedMessage& message, absl::Time received) {
  ASSIGN_OR_RETURN(change::Record decoded, change::Decode(message));
  Record record;
  record.id = change::IdOf(decoded.changed);
  record.change = std::move(decoded.changed);
  FieldErrors errors;
  CheckText("history_id", record.change.history_id(), &errors);
  CheckText("name", record.change.name(), &errors);
  CheckText("root", record.change.root(), &errors);
  RETURN_IF_ERROR(errors.ToStatus());
  // A broken trace is no reason to lose a change.
  if (telemetry::TraceContext::Parse(decoded.traceparent)) {
    record.trace = std::move(decoded.traceparent);
  }
  record.received = received;
  // What was hidden when it was deleted stays hidden.
  const change::v1::ResourceChanged& change = record.change;
  const type::v1::Facts& last = change.has_after() ? change.after() : change.before();
  const filter::Viewer everyone = filter::Viewer::Public();
  record.hides = (change.has_after() || change.has_before()) && !filter::Sees(everyone, last);
  change::CutTo(everyone, &record.change);
  return record;
}

}  // namespace clusterwire::notification
