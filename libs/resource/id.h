#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "libs/base/random.h"
#include "libs/base/status/error.h"

namespace clusterwire::resource {

inline constexpr size_t kMaxIdLength = 60;

// The last part of a name: 1 to 60 lower case letters, digits and '-', not at either end.
bool IsId(std::string_view id);

// The id that a create request gives under the field `path`, or a random one when it gives none.
absl::StatusOr<std::string> IdOrRandom(std::string_view path, std::string_view id, Random& random);

// Adds a violation unless `text` has `least` to `most` characters and none of them is a control
// character other than line feed and tab (databases refuse U+0000).
void CheckText(FieldErrors& errors, std::string_view path, std::string_view text, size_t least,
               size_t most);

}  // namespace clusterwire::resource
