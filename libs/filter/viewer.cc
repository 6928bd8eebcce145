#include "libs/filter/viewer.h"

#include <algorithm>

namespace clusterwire::filter {

Viewer Viewer::Public() { return {}; }
Viewer Viewer::Operator() { return {.operator_ = true, .members = {}}; }
Viewer Viewer::As(std::string_view name) {
  return {.operator_ = false, .members = {std::string(name)}};
}

bool Sees(const Viewer& viewer, const type::v1::Facts& facts) {
  if (viewer.operator_ || !facts.has_audience()) return true;
  return std::any_of(viewer.members.begin(), viewer.members.end(), [&](const std::string& member) {
    const auto& audience = facts.audience().members();
    return std::find(audience.begin(), audience.end(), member) != audience.end();
  });
}

}  // namespace clusterwire::filter
