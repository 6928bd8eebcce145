#pragma once

#include <string_view>
#include <vector>

namespace clusterwire::catalogue {

// A line of the earth's outline, in degrees.
struct OutlinePath {
  enum class Kind {
    kLand,    // a closed coast
    kBorder,  // between two countries
  };
  struct Point {
    double longitude;
    double latitude;
  };
  Kind kind = Kind::kLand;
  std::vector<Point> points;
  // What the points lie in.
  double west = 180, south = 90, east = -180, north = -90;
};

// All coasts and borders, of Natural Earth (public domain); outline/make says how they were made.
// Read once, by the first who asks; safe for use from any thread.
const std::vector<OutlinePath>& Outline();

}  // namespace clusterwire::catalogue
