#include "libs/filter/terms/geo.h"

#include <algorithm>
#include <cmath>
#include <queue>

#include "s2/s2cap.h"
#include "s2/s2cell.h"
#include "s2/s2cell_id.h"
#include "s2/s2latlng.h"

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

// Few large ones that hold the circle.
std::vector<S2Cell> FirstCells(const S2Cap& cap) {
  std::vector<S2CellId> ids;
  cap.GetCellUnionBound(&ids);
  for (S2CellId& id : ids) id = id.parent(std::min(id.level(), kMaxCellLevel));
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::vector<S2Cell> cells;
  for (const S2CellId id : ids) {
    if (const S2Cell cell(id); cap.MayIntersect(cell)) cells.push_back(cell);
  }
  return cells;
}

std::vector<S2Cell> ChildrenIn(const S2Cap& cap, const S2Cell& cell) {
  std::array<S2Cell, 4> children;
  cell.Subdivide(children.data());
  std::vector<S2Cell> touching;
  for (const S2Cell& child : children) {
    if (cap.MayIntersect(child)) touching.push_back(child);
  }
  return touching;
}

}  // namespace

std::optional<LatLng> ExactPoint(const type::v1::Point& point) {
  if (point.precision() != type::v1::POINT_PRECISION_ADDRESS &&
      point.precision() != type::v1::POINT_PRECISION_CITY) {
    return std::nullopt;
  }
  return AnyPoint(point);
}

std::optional<LatLng> AnyPoint(const type::v1::Point& point) {
  if (point.precision() == type::v1::POINT_PRECISION_UNSPECIFIED) return std::nullopt;
  const LatLng known{point.latitude(), point.longitude()};
  if (!ToS2(known).is_valid()) return std::nullopt;
  return known;
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

// As S2RegionCoverer does it, in a third of the time: the largest cells first are cut into those of
// their children that touch the circle, as long as there are not too many.
std::vector<CoveringCell> Covering(const type::v1::Circle& circle) {
  // A hair wider and narrower than asked, so that rounding never puts a point inside the circle and
  // outside the cells, or the other way round.
  const double radians = circle.radius_meters() / kEarthRadiusMeters;
  const S2Cap wider = CapOf(circle, radians * (1 + 1e-9) + 1e-12);
  const S2Cap narrower = CapOf(circle, radians * (1 - 1e-6) - 1e-9);
  std::vector<CoveringCell> cells;
  std::queue<S2Cell> border;
  const auto add = [&](const S2Cell& cell) {
    if (cell.level() >= kMinCellLevel && narrower.Contains(cell)) {
      cells.push_back({cell.id().id(), true});
    } else {
      border.push(cell);
    }
  };
  for (const S2Cell& cell : FirstCells(wider)) add(cell);
  for (; !border.empty(); border.pop()) {
    const S2Cell& cell = border.front();
    std::vector<S2Cell> children;
    if (cell.level() < kMaxCellLevel) children = ChildrenIn(wider, cell);
    const size_t others = cells.size() + border.size() - 1;
    const bool cut = cell.level() < kMinCellLevel || others + children.size() <= kMaxCoveringCells;
    if (cut && !children.empty()) {
      for (const S2Cell& child : children) add(child);
    } else {
      cells.push_back({cell.id().id(), false});
    }
  }
  return cells;
}

std::array<double, 3> OnSphere(const LatLng& point) {
  const S2Point on = ToS2(point).ToPoint();
  return {on.x(), on.y(), on.z()};
}

double ChordOf(double meters) { return 2 * std::sin(meters / kEarthRadiusMeters / 2); }

}  // namespace clusterwire::filter
