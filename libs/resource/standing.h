#pragma once

#include <string>
#include <vector>

#include "libs/base/status/error.h"

namespace clusterwire::resource {

// What the caller of a write should know of it though it is done: a line each.
using Notes = std::vector<std::string>;

// A write is refused for what it makes wrong, not for what was wrong before: a code that its list
// has dropped since, a programme that was deleted. `now` is what is wrong after the write, `before`
// what was. Gives what is new; what stands as it was is told in `notes`, where these are wanted.
// Two violations are the same when their text is and their path is but for its indices, so that a
// neighbour in a list may come and go.
FieldErrors WithoutStanding(const FieldErrors& now, const FieldErrors& before, Notes* notes);

}  // namespace clusterwire::resource
