#include "services/catalogue/pages/outline/outline.h"

#include <algorithm>
#include <span>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

#include "libs/base/text/strings.h"
#include "libs/template/template.h"

namespace clusterwire::catalogue {

std::span<const templates::Source> OutlineFiles();

namespace {

OutlinePath Read(absl::string_view line) {
  OutlinePath path;
  int column = 0, x = 0, y = 0;
  for (const absl::string_view word : absl::StrSplit(line, ' ')) {
    int step = 0;
    if (column == 0) {
      path.kind = word == "border" ? OutlinePath::Kind::kBorder : OutlinePath::Kind::kLand;
    } else if (!absl::SimpleAtoi(word, &step)) {
      break;
    } else if (column % 2 == 1) {
      x += step;
    } else {
      y += step;
      path.points.push_back({x / 100.0, y / 100.0});
    }
    ++column;
  }
  for (const OutlinePath::Point& point : path.points) {
    path.west = std::min(path.west, point.longitude);
    path.east = std::max(path.east, point.longitude);
    path.south = std::min(path.south, point.latitude);
    path.north = std::max(path.north, point.latitude);
  }
  return path;
}

}  // namespace

const std::vector<OutlinePath>& Outline() {
  static const auto& paths = *new std::vector<OutlinePath>([] {
    std::vector<OutlinePath> read;
    for (const absl::string_view line :
         absl::StrSplit(ToAbsl(OutlineFiles().front().text), '\n', absl::SkipEmpty())) {
      read.push_back(Read(line));
    }
    return read;
  }());
  return paths;
}

}  // namespace clusterwire::catalogue
