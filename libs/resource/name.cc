#include "libs/resource/name.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/text/id.h"
#include "libs/base/text/strings.h"

namespace clusterwire::resource {
namespace {

bool IsPlaceholder(std::string_view segment) { return segment.starts_with('{'); }

}  // namespace

static_assert(kMaxIdLength == kMaxIdBytes);

bool IsId(std::string_view id) { return IsNameId(id); }

absl::StatusOr<std::string> IdOrRandom(std::string_view path, std::string_view id, Random& random) {
  if (id.empty()) return RandomId(random);
  if (!IsId(id)) {
    return FieldError(path,
                      "must be 1 to 60 lower case letters (a to z), digits and '-', not beginning "
                      "or ending with '-'; leave it empty to get a random one");
  }
  return std::string(id);
}

std::string WithRandomEnd(std::string_view id, Random& random) {
  constexpr size_t kRandom = 5;
  const std::string end = RandomId(random).substr(0, kRandom);
  std::string_view kept = IsId(id) ? id.substr(0, kMaxIdLength - kRandom - 1) : "";
  while (kept.ends_with('-')) kept.remove_suffix(1);
  return kept.empty() ? end : absl::StrCat(ToAbsl(kept), "-", end);
}

void CheckText(FieldErrors& errors, std::string_view path, std::string_view text, size_t least,
               size_t most) {
  const std::optional<size_t> length = Utf8Length(text);
  if (!length) return errors.Add(path, "must be UTF-8");
  if (*length < least || *length > most) {
    errors.Add(
        path, absl::StrCat("must have ", least > 0 ? absl::StrCat(least, " to ") : "at most ", most,
                           " characters, has ", *length));
  }
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return (c >= 0 && c < ' ' && c != '\n' && c != '\t') || c == 0x7f;
  });
  if (control) errors.Add(path, "must not hold control characters");
}

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

absl::Status NamePattern::Check(std::string_view path, std::string_view name) const {
  if (name.empty()) return FieldError(path, absl::StrCat("is required: ", ToAbsl(pattern_)));
  if (Matches(name)) return absl::OkStatus();
  return FieldError(path, absl::StrCat("must be a name like ", ToAbsl(pattern_),
                                       ", each id 1 to 60 lower case letters, digits and '-'"));
}

}  // namespace clusterwire::resource
