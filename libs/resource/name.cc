#include "libs/resource/name.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/resource/id.h"

namespace clusterwire::resource {
namespace {

std::vector<std::string> Segments(std::string_view text) {
  return absl::StrSplit(ToAbsl(text), '/');
}

bool IsPlaceholder(std::string_view segment) { return segment.starts_with('{'); }

}  // namespace

std::optional<std::vector<std::string>> NamePattern::Parse(std::string_view name) const {
  const std::vector<std::string> expected = Segments(pattern_);
  std::vector<std::string> given = Segments(name);
  if (given.size() != expected.size()) return std::nullopt;
  std::vector<std::string> ids;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (!IsPlaceholder(expected[i])) {
      if (given[i] != expected[i]) return std::nullopt;
    } else if (IsId(given[i])) {
      ids.push_back(std::move(given[i]));
    } else {
      return std::nullopt;
    }
  }
  return ids;
}

std::string NamePattern::Format(std::initializer_list<std::string_view> ids) const {
  std::vector<std::string> segments = Segments(pattern_);
  const auto* id = ids.begin();
  for (std::string& segment : segments) {
    if (IsPlaceholder(segment) && id != ids.end()) segment = *id++;
  }
  return absl::StrJoin(segments, "/");
}

absl::Status NamePattern::Check(std::string_view path, std::string_view name) const {
  if (name.empty()) return FieldError(path, absl::StrCat("is required: ", ToAbsl(pattern_)));
  if (Matches(name)) return absl::OkStatus();
  return FieldError(path, absl::StrCat("must be a name like ", ToAbsl(pattern_),
                                       ", each id 1 to 60 lower case letters, digits and '-'"));
}

}  // namespace clusterwire::resource
