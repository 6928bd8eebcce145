#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

#include "clusterwire/change/v1/change_kind.pb.h"
#include "clusterwire/change/v1/resource_changed.pb.h"

#include "libs/filter/viewer.h"
#include "libs/kafka/message.h"

// What travels on Kafka, one definition for the side that writes and the side that reads:
// CloudEvents 1.0 in binary mode around a ResourceChanged.
namespace clusterwire::change {

using v1::ChangeKind;

// "label.awarded" of CHANGE_KIND_LABEL_AWARDED, as the contract writes it. Empty for the zero
// value. Lives as long as the program.
std::string_view KindText(ChangeKind kind);
// None for what isn't on the closed list.
std::optional<ChangeKind> KindOf(std::string_view text);

// "history:revision:ordinal", the ce_id: the same write gives the same id however often it is sent.
std::string IdOf(const v1::ResourceChanged& changed);

// A time as CloudEvents carry it: RFC 3339 in UTC, "2026-11-29T21:00:00.250Z".
std::string EventTime(const google::protobuf::Timestamp& time);

// Cuts a record to what a viewer may see, once, before anything is matched, rendered or listed. An
// image that it may not see counts as absent, and with the image after goes the resource. Who else
// sees a draft is cut out too, and that it was shown to another or hidden from it is no change to
// this viewer: both images are absent.
void CutTo(const filter::Viewer& viewer, v1::ResourceChanged* record);

// Leaves of those that a draft is shown to, its field `shown_to`, those that the viewer is: to
// which others it is shown is its own team's to know. Of what has no such field nothing is hidden.
void HideShownTo(const filter::Viewer& viewer, google::protobuf::Message* resource);

inline constexpr char kSource[] = "/clusterwire/catalogue";  // ce_source
inline constexpr size_t kMaxRecordBytes = 512 * 1024;        // of the value

struct Record {
  v1::ResourceChanged changed;
  std::string traceparent = {};  // W3C trace context of the write; empty: it had none
};

// Key, value and headers; where to (`to`) is the sender's: its topic, and kafka::PartitionFor() the
// key over the count that it keeps. Fails when the record breaks a rule that Decode() checks, and
// with reason RECORD_TOO_LARGE when the value would exceed kMaxRecordBytes.
absl::StatusOr<kafka::Message> Encode(const Record& record);

// INVALID_ARGUMENT, reason INVALID_RECORD, with everything that is wrong: a missing or odd header,
// a value that is no ResourceChanged, a kind that isn't on the list (the writer is newer), an id,
// subject, type or key that disagrees with the value. Headers it doesn't know are ignored.
absl::StatusOr<Record> Decode(const kafka::ReceivedMessage& message);

}  // namespace clusterwire::change
