#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "clusterwire/change/v1/resource_changed.pb.h"

#include "libs/kafka/message.h"

// What travels on Kafka, one definition for the side that writes and the side that reads:
// CloudEvents 1.0 in binary mode around a ResourceChanged.
namespace clusterwire::change {

inline constexpr char kSource[] = "/clusterwire/catalogue";  // ce_source
inline constexpr size_t kMaxRecordBytes = 512 * 1024;        // of the value

// Identity of a record: the same write gives the same id however often it is sent. Ids of one
// history are in the order of its log; those of two histories have no order that means anything.
struct RecordId {
  std::string history;
  int64_t revision = 0;
  int32_t ordinal = 0;

  // "history:revision:ordinal", the ce_id.
  std::string ToString() const;
  friend auto operator<=>(const RecordId&, const RecordId&) = default;
};

struct Record {
  v1::ResourceChanged changed;
  std::string traceparent = {};  // W3C trace context of the write; empty: it had none
};

RecordId IdOf(const v1::ResourceChanged& changed);

// Key, value and headers; where to (`to`) is the sender's: its topic, and kafka::PartitionFor() the
// key over the count that it keeps. Fails when the record breaks a rule that Decode() checks, and
// with reason RECORD_TOO_LARGE when the value would exceed kMaxRecordBytes.
absl::StatusOr<kafka::Message> Encode(const Record& record);

// INVALID_ARGUMENT, reason INVALID_RECORD, with everything that is wrong: a missing or odd header,
// a value that is no ResourceChanged, a kind that isn't on the list (the writer is newer), an id,
// subject, type or key that disagrees with the value. Headers it doesn't know are ignored.
absl::StatusOr<Record> Decode(const kafka::ReceivedMessage& message);

}  // namespace clusterwire::change
