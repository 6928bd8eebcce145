#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "libs/filter/terms/geo.h"

// The cells of S2 as an index of points walks them: points sorted by their leaf stand together for
// each cell of any level.
namespace clusterwire::filter {

// Degrees, the edges included; `west` beyond `east` reaches over the date line.
struct Bounds {
  double south = -90;
  double west = -180;
  double north = 90;
  double east = 180;
  bool Has(const LatLng& point) const;
};

// The smallest cell around the point.
uint64_t LeafAt(const LatLng& point);
// The cell of that level, 0 to 30, around a leaf.
uint64_t CellAround(uint64_t leaf, int level);

// The leaves of a cell, both ends included.
struct Leaves {
  uint64_t first;
  uint64_t last;
};
Leaves LeavesOf(uint64_t cell);

// The six cells that together are the globe, and the four that together are a cell; none of a leaf.
const std::vector<uint64_t>& LargestCells();
std::vector<uint64_t> PartsOf(uint64_t cell);

// Metres from a point to what is in a cell: all of it lies between the two, rounding included.
struct Reach {
  double nearest;
  double farthest;
};
Reach ReachOf(uint64_t cell, const LatLng& from);

// About a hundred cells of that level or larger that together hold what is in the bounds.
std::vector<uint64_t> CellsOf(const Bounds& bounds, int level);

}  // namespace clusterwire::filter
