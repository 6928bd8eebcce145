#include "libs/rpc/call/call_context.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::rpc {
namespace {

constexpr std::string_view kPublic = "public";

bool IsSegment(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

bool IsResourceName(std::string_view text) {
  const auto segments = NameSegments(text);
  return text.size() <= 300 && !segments.empty() &&
         std::all_of(segments.begin(), segments.end(), IsSegment);
}

absl::Status BadViewAs(std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "VIEW_AS_INVALID",
               absl::StrCat("metadata ", ToAbsl(kViewAsKey), ": ", ToAbsl(what),
                            "; give 'public' alone, or up to ", kMaxViewAs,
                            " resource names such as 'programmes/go-cluster'"));
}

}  // namespace

bool IsLoopback(std::string_view address) {
  for (const std::string_view local :
       {"127.", "localhost:", "[::1]", "%5B::1%5D", "[::ffff:127.", "%5B::ffff:127."}) {
    if (address.starts_with(local)) return true;
  }
  return false;
}

absl::StatusOr<Caller> CallerFrom(std::string_view peer, const std::vector<std::string>& view_as) {
  const bool ip = peer.starts_with("ipv4:") || peer.starts_with("ipv6:");
  const bool local = ip ? IsLoopback(peer.substr(5)) : peer.starts_with("unix:");
  Caller caller{.subject = local ? "loopback" : "public",
                .proof = local ? Caller::Proof::kLoopback : Caller::Proof::kNone,
                .is_operator = local};
  if (view_as.empty()) return caller;
  if (view_as.size() > kMaxViewAs) return BadViewAs(absl::StrCat(view_as.size(), " values"));
  for (const std::string& name : view_as) {
    if (name == kPublic && view_as.size() == 1) continue;
    if (!IsResourceName(name)) {
      return BadViewAs(absl::StrCat("'", name.substr(0, 100), "' is no such value"));
    }
    caller.members.push_back(name);
  }
  if (!caller.is_operator && !caller.members.empty()) {
    return Error(absl::StatusCode::kPermissionDenied, "VIEW_AS_DENIED",
                 absl::StrCat("metadata ", ToAbsl(kViewAsKey),
                              ": only an operator may see as others do; leave it out"));
  }
  caller.is_operator = false;
  caller.edits = caller.members;
  caller.owns = caller.members;
  return caller;
}

}  // namespace clusterwire::rpc
