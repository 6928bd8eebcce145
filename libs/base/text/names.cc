#include "libs/base/text/names.h"

#include <algorithm>

namespace clusterwire {

std::vector<std::string_view> NameSegments(std::string_view name) {
  std::vector<std::string_view> segments;
  for (size_t start = 0; start <= name.size();) {
    const size_t end = std::min(name.find('/', start), name.size());
    if (end == start) return {};
    segments.push_back(name.substr(start, end - start));
    start = end + 1;
  }
  return segments.size() % 2 == 0 ? segments : std::vector<std::string_view>();
}

}  // namespace clusterwire
