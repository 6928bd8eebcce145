#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "clusterwire/type/v1/places.pb.h"

// Distances and cells on the globe; the only place that knows S2.
namespace clusterwire::filter {

// Degrees.
struct LatLng {
  double latitude = 0;
  double longitude = 0;
  friend bool operator==(const LatLng&, const LatLng&) = default;
};

inline constexpr double kMaxRadiusMeters = 1'000'000;
inline constexpr int kMaxCoveringCells = 16;
// Cells of 1,100 km to 2 km: the coarsest are such that the largest circle needs no more than
// kMaxCoveringCells.
inline constexpr int kMinCellLevel = 3;
inline constexpr int kMaxCellLevel = 12;

// The point where it is known well enough for a radius: to the address or the city.
std::optional<LatLng> ExactPoint(const type::v1::Point& point);
// The point where it is known at all, be it only as the middle of a region or country.
std::optional<LatLng> AnyPoint(const type::v1::Point& point);

// Along a sphere of the earth's mean radius; up to 0.5 % off the ellipsoid's distance.
double DistanceMeters(const LatLng& from, const LatLng& to);

// The ids of the cells around the point, one for each level.
std::vector<uint64_t> CellsAround(const LatLng& point);

// At most kMaxCoveringCells cells of those levels that together hold the circle.
struct CoveringCell {
  uint64_t id = 0;
  bool inside = false;  // all of it is in the circle, rounding included
};
std::vector<CoveringCell> Covering(const type::v1::Circle& circle);

// The point on a sphere of radius 1, and how far apart, straight through it, points are there that
// are so far apart along the earth.
std::array<double, 3> OnSphere(const LatLng& point);
double ChordOf(double meters);

}  // namespace clusterwire::filter
