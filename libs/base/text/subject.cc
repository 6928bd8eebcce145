#include "libs/base/text/subject.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"

namespace clusterwire {
namespace {

// Behind these a pattern may go on as it likes: what stands before them names a whole.
constexpr std::string_view kJoints = "/:.";

// What begin the subjects whose ids are names of hosts, or begin with one.
constexpr std::string_view kDns = "dns:";
constexpr std::string_view kSpiffe = "spiffe://";

bool IsVisible(char c) { return c > ' ' && c < 0x7f; }
bool IsJoint(char c) { return kJoints.find(c) != std::string_view::npos; }

}  // namespace

absl::Status CheckSubject(std::string_view text) {
  if (text.empty()) return absl::InvalidArgumentError("a subject is missing");
  if (text.size() > kMaxSubject) {
    return absl::InvalidArgumentError(absl::StrCat("a subject has at most ", kMaxSubject,
                                                   " characters, and this has ", text.size()));
  }
  if (!std::all_of(text.begin(), text.end(), IsVisible) ||
      text.find('*') != std::string_view::npos) {
    return absl::InvalidArgumentError(
        "a subject is of visible ASCII characters, without spaces, controls and '*'");
  }
  return absl::OkStatus();
}

absl::Status CheckSubjectPattern(std::string_view text) {
  if (!text.ends_with('*')) return CheckSubject(text);
  const std::string_view front = text.substr(0, text.size() - 1);
  if (front.empty() || !IsJoint(front.back())) {
    return absl::InvalidArgumentError(
        "'*' stands at the end, right behind a '/', ':' or '.': "
        "\"k8s:system:serviceaccount:map:*\"");
  }
  // A host's name says on its right whose it is: "dns:map.*" would take in "dns:map.evil.example".
  const bool in_host = front.starts_with(kDns)
                           ? front.size() > kDns.size()
                           : front.starts_with(kSpiffe) &&
                                 front.find('/', kSpiffe.size()) == std::string_view::npos &&
                                 front.size() > kSpiffe.size();
  if (in_host) {
    return absl::InvalidArgumentError(
        "names of hosts are told apart by their ends, so a pattern that begins like one takes in "
        "strangers: write each host's subject, or behind the host's name a '/' and then '*'");
  }
  return CheckSubject(front);
}

bool SubjectMatches(std::string_view pattern, std::string_view subject) {
  if (!pattern.ends_with('*')) return pattern == subject;
  pattern.remove_suffix(1);
  return subject.size() > pattern.size() && subject.starts_with(pattern);
}

std::vector<std::string> PatternsMatching(std::string_view subject) {
  std::vector<std::string> patterns = {std::string(subject)};
  for (size_t end = subject.size(); end-- > 1;) {
    if (IsJoint(subject[end - 1])) {
      patterns.push_back(absl::StrCat(ToAbsl(subject.substr(0, end)), "*"));
    }
  }
  return patterns;
}

}  // namespace clusterwire
