#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/random.h"
#include "libs/base/status/error.h"

namespace clusterwire::resource {

inline constexpr size_t kMaxIdLength = 60;

// The last part of a name: 1 to 60 lower case letters, digits and '-', not at either end.
bool IsId(std::string_view id);

// The id that a create request gives under the field `path`, or a random one when it gives none.
absl::StatusOr<std::string> IdOrRandom(std::string_view path, std::string_view id, Random& random);

// `id`, cut where it must be, with five random characters behind it: one that no caller has chosen.
// Those alone where `id` is none.
std::string WithRandomEnd(std::string_view id, Random& random);

// Adds a violation unless `text` has `least` to `most` characters and none of them is a control
// character other than line feed and tab (databases refuse U+0000).
void CheckText(FieldErrors& errors, std::string_view path, std::string_view text, size_t least,
               size_t most);

// Names of one type, by a pattern as AIP-122 writes it: "clusters/{cluster}/labels/{label}".
// Immutable; may be a global constant.
class NamePattern {
 public:
  // `pattern` is a literal: collections and placeholders in turn.
  explicit constexpr NamePattern(std::string_view pattern) : pattern_(pattern) {}

  // The ids, outermost first; nothing when the name is of another shape or an id is malformed.
  std::optional<std::vector<std::string>> Parse(std::string_view name) const;
  bool Matches(std::string_view name) const { return Parse(name).has_value(); }

  // OK, or a violation of the field `path` that says what such a name looks like.
  absl::Status Check(std::string_view path, std::string_view name) const;

  std::string_view pattern() const { return pattern_; }

 private:
  std::string_view pattern_;
};

}  // namespace clusterwire::resource
