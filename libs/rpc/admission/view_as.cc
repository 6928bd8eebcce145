#include "libs/rpc/admission/view_as.h"

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

absl::Status ViewAs(const std::vector<std::string>& names, Caller* caller) {
  if (names.empty()) return absl::OkStatus();
  if (names.size() > kMaxViewAs) return BadViewAs(absl::StrCat(names.size(), " values"));
  const bool as_public = names.size() == 1 && names.front() == kPublic;
  for (const std::string& name : names) {
    if (as_public || IsResourceName(name)) continue;
    return BadViewAs(absl::StrCat("'", Printable(name, 100), "' is no such value"));
  }
  if (!caller->is_operator && !as_public) {
    return Error(absl::StatusCode::kPermissionDenied, "VIEW_AS_DENIED",
                 absl::StrCat("metadata ", ToAbsl(kViewAsKey),
                              ": only an operator may see as others do; leave it out"));
  }
  caller->views_as = caller->is_operator;
  caller->is_operator = false;
  caller->members = as_public ? std::vector<std::string>() : names;
  caller->edits = caller->owns = caller->members;
  // The public is who has shown nothing.
  if (as_public) caller->proof = Caller::Proof::kNone;
  return absl::OkStatus();
}

}  // namespace clusterwire::rpc
