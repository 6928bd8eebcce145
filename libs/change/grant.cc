#include "libs/change/grant.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"

namespace clusterwire::change {
namespace {

using v1::GrantChanged;

constexpr size_t kHashBytes = 32;
constexpr char kGrantNames[] = "grants/";

// A withdrawal's other fields are not read.
void CheckGiven(const GrantChanged& grant, std::vector<std::string>& problems) {
  if (grant.withdrawn()) return;
  if (grant.subject_hash().size() != kHashBytes) {
    problems.push_back(
        absl::StrCat("subject_hash has ", grant.subject_hash().size(), " bytes, not ", kHashBytes));
  }
  if (grant.name() == kGrantsComplete) return;
  const size_t slash = grant.resource().find('/');
  if (slash == 0 || slash >= grant.resource().size() - 1) {
    problems.push_back("resource is no name of one");
  }
  if (grant.role() == GrantChanged::ROLE_UNSPECIFIED || !GrantChanged::Role_IsValid(grant.role())) {
    problems.push_back(absl::StrCat("role ", int{grant.role()}, " is unknown here"));
  }
}

absl::Status Check(const GrantChanged& grant, const std::string& what) {
  std::vector<std::string> problems;
  if (!absl::StartsWith(grant.name(), kGrantNames) && grant.name() != kGrantsComplete) {
    problems.push_back("name is no grant's");
  }
  if (grant.history().empty()) problems.push_back("history is empty");
  if (grant.revision() < 1) problems.push_back("revision is below 1");
  CheckGiven(grant, problems);
  if (grant.ByteSizeLong() > kMaxGrantBytes) {
    problems.push_back(absl::StrCat("it has more than ", kMaxGrantBytes, " bytes"));
  }
  if (problems.empty()) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "INVALID_RECORD",
               absl::StrCat(what, ": ", absl::StrJoin(problems, "; ")));
}

}  // namespace

std::string SubjectHash(std::string_view key, std::string_view subject) {
  if (!subject.empty() && subject.back() == '*') subject.remove_suffix(1);
  return HmacSha256(key, subject);
}

absl::StatusOr<kafka::Message> EncodeGrant(const GrantChanged& grant) {
  RETURN_IF_ERROR(Check(grant, grant.name()));
  kafka::Message message;
  message.key = grant.name();
  message.value = grant.SerializeAsString();
  message.headers = {{"content-type", "application/protobuf"}};
  return message;
}

kafka::Message ForgetGrant(std::string name) {
  kafka::Message message;
  message.key = std::move(name);
  message.tombstone = true;
  return message;
}

std::string ForgottenGrant(const kafka::ReceivedMessage& message) {
  const bool forgets = message.value.empty() && absl::StartsWith(message.key, kGrantNames);
  return forgets ? message.key : "";
}

absl::StatusOr<GrantChanged> DecodeGrant(const kafka::ReceivedMessage& message) {
  const std::string what =
      absl::StrCat("grant at ", kafka::ToString(message.from), ":", message.offset);
  GrantChanged grant;
  const bool sized = !message.value.empty() && message.value.size() <= kMaxGrantBytes;
  if (!sized || !grant.ParseFromString(message.value)) {
    return Error(absl::StatusCode::kInvalidArgument, "INVALID_RECORD",
                 absl::StrCat(what, ": its value is no protobuf of ",
                              GrantChanged::descriptor()->full_name()));
  }
  RETURN_IF_ERROR(Check(grant, what));
  if (grant.name() != message.key) {
    return Error(absl::StatusCode::kInvalidArgument, "INVALID_RECORD",
                 absl::StrCat(what, ": its key is another than its name"));
  }
  return grant;
}

}  // namespace clusterwire::change
