#pragma once

#include <string>

#include "clusterwire/catalogue/v1/search.pb.h"

#include "services/catalogue/pages/outline/outline.h"

namespace clusterwire::catalogue {

// Where a reader looks: the middle of the picture, and how near, as web maps count it.
struct MapView {
  double latitude = 52;
  double longitude = 12;
  int zoom = 4;
};
// Further away the world would be narrower than the picture.
inline constexpr int kFurthestView = 2;
inline constexpr int kNearestView = 16;

// A picture of one size, in pixels, in Mercator's projection. Immutable.
class Picture {
 public:
  static constexpr int kWidth = 800;
  static constexpr int kHeight = 540;

  explicit Picture(const MapView& view);

  // The part of the earth that is shown.
  const v1::MapBounds& bounds() const { return bounds_; }

  struct Spot {
    double x;
    double y;
  };
  // Where a place is shown: of a world that is there several times the one nearest to the middle.
  Spot At(double latitude, double longitude) const;
  // The view whose middle is that spot.
  MapView ViewAt(Spot spot, int zoom) const;

  // Coasts and borders as the attribute "d" of SVG's paths, cut to what is shown and without what
  // is too small to be seen.
  std::string Land() const { return Paths(OutlinePath::Kind::kLand); }
  std::string Borders() const { return Paths(OutlinePath::Kind::kBorder); }

 private:
  std::string Paths(OutlinePath::Kind kind) const;

  double world_;  // pixels around the earth
  Spot middle_;   // of the world's pixels
  v1::MapBounds bounds_;
};

}  // namespace clusterwire::catalogue
