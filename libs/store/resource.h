#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

#include "libs/base/crypto.h"

namespace clusterwire::store {

using google::protobuf::Message;

// The number of a committed write: 1, 2, 3, … without gaps, in commit order. Zero is the empty
// store. Never mixed up with other integers.
struct Revision {
  int64_t value = 0;
  friend auto operator<=>(const Revision&, const Revision&) = default;
};

// A place in the change log. The changes of one revision are numbered from 1; ordinal 0 is the
// place before its first.
struct Position {
  Revision revision;
  int64_t ordinal = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

// The place behind the last change of `revision`.
inline Position EndOf(Revision revision) { return {revision, std::numeric_limits<int64_t>::max()}; }

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

// The fields of any resource, through reflection.
std::string NameOf(const Message& resource);
std::string EtagOf(const Message& resource);
absl::Time CreateTimeOf(const Message& resource);
bool IsDeleted(const Message& resource);
// What the store stamps on a resource. The etag is the revision in decimal digits.
void SetStamp(Revision revision, absl::Time create_time, absl::Time update_time, Message* resource);
// The rest of it: the same bytes for two that say the same.
std::string WithoutStamps(const Message& resource);
bool SameButForStamps(const Message& a, const Message& b);

// The kind of a change that the store makes itself: what is derived from a resource (registry.h)
// changed because of another resource (`cause`) or of a refresh. Its etag, revision and update_time
// stay.
inline constexpr std::string_view kFactsRefreshed = "facts.refreshed";

// A row of the log. The image before is the previous row of the same name.
struct Change {
  Position position;
  std::string history;  // under which it was written
  std::string type;
  std::string name;
  std::string root;
  std::string kind;
  bool quiet = false;
  std::shared_ptr<const Message> after;  // null: purged since, or a type without images in the log
  std::optional<std::string> facts_before;  // the hook's bytes
  std::optional<std::string> facts_after;
  // The resource whose change brought this one along, or the word of the refresh; mostly none.
  std::string cause;
  std::string actor;
  std::string trace;
  absl::Time time;
};

// Whether changes are read with what they left of their resources, which is most of what it takes.
enum class Images { kRead, kLeftOut };

// That a row of the log is there, and of what.
struct TouchedName {
  Position position;
  std::string type;
  std::string name;
};

}  // namespace clusterwire::store
