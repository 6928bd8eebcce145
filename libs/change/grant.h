#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "clusterwire/change/v1/grant_changed.pb.h"

#include "libs/kafka/message.h"

// How grants travel from the catalogue to notification, one definition for the side that writes and
// the side that reads: the key is the grant's name, the value a GrantChanged.
namespace clusterwire::change {

// The name and key of the record that stands behind all grants: who has read it has read them. Its
// hash is that of this word, so that its reader knows whether both hash by the same key.
inline constexpr std::string_view kGrantsComplete = "complete";

inline constexpr size_t kMaxGrantBytes = 8 * 1024;  // of the value

// What stands for a subject on the topic, so that its readers don't learn who has which rights: 32
// bytes. `subject` may be a pattern: then it is that of what stands before the "*".
std::string SubjectHash(std::string_view key, std::string_view subject);

// Key, value and headers; where to (`to`) is the sender's. Fails when the grant breaks a rule that
// DecodeGrant() checks.
absl::StatusOr<kafka::Message> EncodeGrant(const v1::GrantChanged& grant);

// What removes a name that gives nothing any more: a record without a value.
kafka::Message ForgetGrant(std::string name);
// The name that a record removes; empty when it is none of those.
std::string ForgottenGrant(const kafka::ReceivedMessage& message);

// INVALID_ARGUMENT, reason INVALID_RECORD, with everything that is wrong. The text holds neither
// hash nor resource.
absl::StatusOr<v1::GrantChanged> DecodeGrant(const kafka::ReceivedMessage& message);

}  // namespace clusterwire::change
