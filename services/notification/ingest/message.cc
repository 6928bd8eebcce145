#include "services/notification/ingest/message.h"

#include <string_view>
#include <utility>

#include "google/protobuf/unknown_field_set.h"

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/change/record.h"
#include "libs/telemetry/trace.h"
#include "services/notification/channels/calendar/entry.h"

namespace clusterwire::notification {
namespace {

// The ledger's texts hold no zero byte, which protobuf's do.
void CheckText(std::string_view field, std::string_view text, FieldErrors* errors) {
  if (text.find('\0') != std::string_view::npos) errors->Add(field, "has a zero byte in it");
}

void Add(int64_t number, std::string& bytes) {
  for (size_t i = 0; i < sizeof number; ++i) {
    bytes += static_cast<char>(static_cast<uint64_t>(number) >> (8 * i));
  }
}

// With its length, so that no two lists of texts give the same bytes.
void Add(std::string_view text, std::string& bytes) {
  Add(static_cast<int64_t>(text.size()), bytes);
  bytes += text;
}

}  // namespace

absl::StatusOr<KeptRecord> ReadRecord(const kafka::ReceivedMessage& message, absl::Time received) {
  ASSIGN_OR_RETURN(change::Record decoded, change::Decode(message));
  KeptRecord record;
  record.id = change::IdOf(decoded.changed);
  record.change = std::move(decoded.changed);
  FieldErrors errors;
  CheckText("history_id", record.change.history_id(), &errors);
  CheckText("name", record.change.name(), &errors);
  CheckText("root", record.change.root(), &errors);
  CheckText("calendar.uid", UidOf(record.change), &errors);
  RETURN_IF_ERROR(errors.ToStatus());
  // A broken trace is no reason to lose a change.
  if (telemetry::TraceContext::Parse(decoded.traceparent)) {
    record.trace = std::move(decoded.traceparent);
  }
  record.received = received;
  // An older catalogue said who wrote it, which is not kept.
  constexpr int kActor = 11;
  record.change.GetReflection()->MutableUnknownFields(&record.change)->DeleteByNumber(kActor);
  return record;
}

std::string DigestOf(const kafka::ReceivedMessage& message) {
  std::string bytes;
  Add(message.key, bytes);
  Add(message.value, bytes);
  Add(absl::ToUnixMillis(message.time), bytes);
  for (const kafka::Header& header : message.headers) {
    Add(header.name, bytes);
    Add(header.value, bytes);
  }
  return Sha256(bytes);
}

}  // namespace clusterwire::notification
