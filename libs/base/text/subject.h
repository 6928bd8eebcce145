#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

// Subjects: who somebody is, as a text that says who proved it, and an id. They are compared and
// matched by patterns, never taken apart.
namespace clusterwire {

inline constexpr size_t kMaxSubject = 255;

// One subject: "corp:4711", "spiffe://example.org/ns/map/sa/page", "dns:map.example.org". Visible
// ASCII without "*", at most kMaxSubject characters. INVALID_ARGUMENT says what to write instead,
// and doesn't repeat the text.
absl::Status CheckSubject(std::string_view text);

// A subject, or all that begin alike up to a "/", ":" or "." and go on as they like:
// "k8s:system:serviceaccount:map:*". "*" alone would be everybody and is none. It doesn't end
// within the name of a host, which says at its end whose it is: "dns:map.*" is refused.
absl::Status CheckSubjectPattern(std::string_view text);

// Whether `pattern` takes in `subject`; both have been checked. What stands for "*" isn't empty.
bool SubjectMatches(std::string_view pattern, std::string_view subject);

// Every pattern that takes in `subject`, the subject itself first, then from the longest to the
// shortest: for looking them up where many are kept.
std::vector<std::string> PatternsMatching(std::string_view subject);

}  // namespace clusterwire
