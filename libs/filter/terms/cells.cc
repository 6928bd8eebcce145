#include "libs/filter/terms/cells.h"

#include <algorithm>

#include "s2/s2cell.h"
#include "s2/s2cell_id.h"
#include "s2/s2latlng.h"
#include "s2/s2latlng_rect.h"
#include "s2/s2region_coverer.h"

namespace clusterwire::filter {
namespace {

constexpr double kRadiusMeters = 6'371'010;
// More than rounding makes of a distance between two points of the globe.
constexpr double kRoundingMeters = 0.5;
constexpr int kMostCells = 100;

S2LatLng LatLngOf(const LatLng& point) {
  return S2LatLng::FromDegrees(point.latitude, point.longitude);
}

double MetersOf(S1ChordAngle angle) { return angle.ToAngle().radians() * kRadiusMeters; }

}  // namespace

bool Bounds::Has(const LatLng& point) const {
  if (point.latitude < south || point.latitude > north) return false;
  return west <= east ? west <= point.longitude && point.longitude <= east
                      : west <= point.longitude || point.longitude <= east;
}

uint64_t LeafAt(const LatLng& point) { return S2CellId(LatLngOf(point)).id(); }

uint64_t CellAround(uint64_t leaf, int level) { return S2CellId(leaf).parent(level).id(); }

Leaves LeavesOf(uint64_t cell) {
  const S2CellId id(cell);
  return {id.range_min().id(), id.range_max().id()};
}

const std::vector<uint64_t>& LargestCells() {
  static const auto& faces = *new std::vector<uint64_t>([] {
    std::vector<uint64_t> cells;
    for (int face = 0; face < 6; ++face) cells.push_back(S2CellId::FromFace(face).id());
    return cells;
  }());
  return faces;
}

std::vector<uint64_t> PartsOf(uint64_t cell) {
  const S2CellId id(cell);
  if (id.is_leaf()) return {};
  return {id.child(0).id(), id.child(1).id(), id.child(2).id(), id.child(3).id()};
}

Reach ReachOf(uint64_t cell, const LatLng& from) {
  const S2Cell area{S2CellId(cell)};
  const S2Point point = LatLngOf(from).ToPoint();
  return {.nearest = std::max(0.0, MetersOf(area.GetDistance(point)) - kRoundingMeters),
          .farthest = MetersOf(area.GetMaxDistance(point)) + kRoundingMeters};
}

std::vector<uint64_t> CellsOf(const Bounds& bounds, int level) {
  const S2LatLngRect area(R1Interval(bounds.south * M_PI / 180, bounds.north * M_PI / 180),
                          // A whole turn is full, in whichever direction it is written.
                          bounds.east - bounds.west >= 360
                              ? S1Interval::Full()
                              : S1Interval(S1Angle::Degrees(bounds.west).radians(),
                                           S1Angle::Degrees(bounds.east).radians()));
  S2RegionCoverer::Options options;
  options.set_max_cells(kMostCells);
  options.set_max_level(level);
  std::vector<S2CellId> covering;
  S2RegionCoverer(options).GetCovering(area.Expanded(S2LatLng::FromDegrees(1e-6, 1e-6)), &covering);
  std::vector<uint64_t> cells;
  for (const S2CellId cell : covering) cells.push_back(cell.id());
  return cells;
}

}  // namespace clusterwire::filter
