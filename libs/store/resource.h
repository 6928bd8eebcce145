#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

#include "libs/base/crypto.h"
#include "libs/store/revision.h"

namespace clusterwire::store {

using google::protobuf::Message;

// A message that the store can keep. `google.protobuf.Timestamp delete_time` is optional: with it
// the type can be deleted softly.
template <typename T>
concept Resource = std::derived_from<T, Message> && requires(const T& resource) {
  { resource.name() } -> std::convertible_to<std::string>;
  { resource.etag() } -> std::convertible_to<std::string>;
  { resource.revision() } -> std::convertible_to<int64_t>;
  { resource.create_time() } -> std::convertible_to<google::protobuf::Timestamp>;
  { resource.update_time() } -> std::convertible_to<google::protobuf::Timestamp>;
};

// What the store stamps on a resource. The etag is the revision in decimal digits.
struct Stamp {
  Revision revision;
  absl::Time create_time;
  absl::Time update_time;
};

// The stamped fields of any resource, through reflection.
std::string NameOf(const Message& resource);
std::string EtagOf(const Message& resource);
absl::Time CreateTimeOf(const Message& resource);
bool IsDeleted(const Message& resource);
void SetStamp(const Stamp& stamp, Message* resource);
void ClearStamp(Message* resource);

// INVALID_ARGUMENT unless the type has all the fields that a Resource needs.
absl::Status CheckResourceType(const google::protobuf::Descriptor& type);

}  // namespace clusterwire::store
