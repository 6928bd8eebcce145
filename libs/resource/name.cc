#include "libs/resource/name.h"

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/names.h"
#include "libs/base/text/strings.h"
#include "libs/resource/id.h"

namespace clusterwire::resource {
namespace {

bool IsPlaceholder(std::string_view segment) { return segment.starts_with('{'); }

}  // namespace

std::optional<std::vector<std::string>> NamePattern::Parse(std::string_view name) const {
  const std::vector<std::string_view> expected = NameSegments(pattern_);
  const std::vector<std::string_view> given = NameSegments(name);
  if (given.size() != expected.size()) return std::nullopt;
  std::vector<std::string> ids;
  for (size_t i = 0; i < expected.size(); ++i) {
    const bool id = IsPlaceholder(expected[i]);
    if (id ? !IsId(given[i]) : given[i] != expected[i]) return std::nullopt;
    if (id) ids.emplace_back(given[i]);
  }
  return ids;
}

std::string NamePattern::Format(std::initializer_list<std::string_view> ids) const {
  std::string name;
  const auto* id = ids.begin();
  for (const std::string_view segment : NameSegments(pattern_)) {
    const bool filled = IsPlaceholder(segment) && id != ids.end();
    absl::StrAppend(&name, name.empty() ? "" : "/", ToAbsl(filled ? *id++ : segment));
  }
  return name;
}

absl::Status NamePattern::Check(std::string_view path, std::string_view name) const {
  if (name.empty()) return FieldError(path, absl::StrCat("is required: ", ToAbsl(pattern_)));
  if (Matches(name)) return absl::OkStatus();
  return FieldError(path, absl::StrCat("must be a name like ", ToAbsl(pattern_),
                                       ", each id 1 to 60 lower case letters, digits and '-'"));
}

}  // namespace clusterwire::resource
