#include "libs/filter/terms/geo.h"

#include <cmath>

#include "s2/s2cap.h"
#include "s2/s2cell.h"
#include "s2/s2cell_id.h"
#include "s2/s2latlng.h"
#include "s2/s2region_coverer.h"

namespace clusterwire::filter {
namespace {

constexpr double kEarthRadiusMeters = 6'371'010;

S2LatLng ToS2(const LatLng& point) {
  return S2LatLng::FromDegrees(point.latitude, point.longitude);
}

S2Cap CapOf(const type::v1::Circle& circle, double radians) {
  return S2Cap(S2LatLng::FromDegrees(circle.latitude(), circle.longitude()).ToPoint(),
               S1Angle::Radians(radians));
}

}  // namespace

std::optional<LatLng> ExactPoint(const type::v1::Point& point) {
  if (point.precision() != type::v1::POINT_PRECISION_ADDRESS &&
      point.precision() != type::v1::POINT_PRECISION_CITY) {
    return std::nullopt;
  }
  const LatLng exact{point.latitude(), point.longitude()};
  if (!ToS2(exact).is_valid()) return std::nullopt;
  return exact;
}

double DistanceMeters(const LatLng& from, const LatLng& to) {
  return ToS2(from).GetDistance(ToS2(to)).radians() * kEarthRadiusMeters;
}

std::vector<uint64_t> CellsAround(const LatLng& point) {
  const S2CellId leaf(ToS2(point));
  std::vector<uint64_t> cells;
  for (int level = kMinCellLevel; level <= kMaxCellLevel; ++level) {
    cells.push_back(leaf.parent(level).id());
  }
  return cells;
}

std::vector<uint64_t> Covering(const type::v1::Circle& circle) {
  // A hair wider than asked, so that rounding never puts a point inside the circle and outside the
  // cells.
  const S2Cap cap = CapOf(circle, circle.radius_meters() * (1 + 1e-9) / kEarthRadiusMeters + 1e-12);
  S2RegionCoverer::Options options;
  options.set_max_cells(kMaxCoveringCells);
  options.set_min_level(kMinCellLevel);
  options.set_max_level(kMaxCellLevel);
  std::vector<S2CellId> covering;
  S2RegionCoverer(options).GetCovering(cap, &covering);
  std::vector<uint64_t> cells;
  cells.reserve(covering.size());
  for (const S2CellId cell : covering) cells.push_back(cell.id());
  return cells;
}

bool Holds(const type::v1::Circle& circle, uint64_t cell) {
  const double radians = circle.radius_meters() * (1 - 1e-6) / kEarthRadiusMeters - 1e-9;
  return radians > 0 && CapOf(circle, radians).Contains(S2Cell(S2CellId(cell)));
}

std::array<double, 3> OnSphere(const LatLng& point) {
  const S2Point on = ToS2(point).ToPoint();
  return {on.x(), on.y(), on.z()};
}

double ChordOf(double meters) { return 2 * std::sin(meters / kEarthRadiusMeters / 2); }

}  // namespace clusterwire::filter
