#pragma once

#include <algorithm>

#include "libs/filter/viewer.h"
#include "libs/rpc/call/caller.h"

namespace clusterwire::api {

// Through whose eyes a caller sees.
inline filter::Viewer ViewerOf(const rpc::Caller& caller) {
  filter::Viewer viewer{.operator_ = caller.is_operator, .members = caller.members};
  std::sort(viewer.members.begin(), viewer.members.end());
  return viewer;
}

}  // namespace clusterwire::api
