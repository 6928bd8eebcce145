#include "services/catalogue/pages/picture.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "absl/strings/str_cat.h"

namespace clusterwire::catalogue {
namespace {

using Spot = Picture::Spot;

// Mercator's poles are infinitely far; web maps end here, where the world is a square.
constexpr double kMostLatitude = 85.05112878;
constexpr double kMargin = 8;  // beyond the edges, so that no line is drawn along them
// Pixels between two points of a line: far away, where there is more of every coast, they are
// fewer.
double ApartIn(double world) { return world < 2000 ? 3.5 : world < 5000 ? 2 : 1.5; }

double Clamped(double latitude) { return std::clamp(latitude, -kMostLatitude, kMostLatitude); }

// Of the world as a square whose sides are 1, from its north-west corner.
Spot Projected(double latitude, double longitude) {
  const double radians = Clamped(latitude) * std::numbers::pi / 180;
  return {(longitude + 180) / 360,
          (1 - std::log(std::tan(radians) + 1 / std::cos(radians)) / std::numbers::pi) / 2};
}

double LatitudeOf(double y) {
  return std::atan(std::sinh(std::numbers::pi * (1 - 2 * y))) * 180 / std::numbers::pi;
}

double Around(double longitude) {
  const double turned = std::remainder(longitude, 360);
  return turned == 180 ? -180 : turned;
}

// One of the four edges of the picture.
struct Edge {
  bool vertical;  // a line of one x
  double at;
  bool keeps_less;

  double Of(Spot spot) const { return vertical ? spot.x : spot.y; }
  bool Keeps(Spot spot) const { return keeps_less ? Of(spot) <= at : Of(spot) >= at; }
  Spot Cross(Spot a, Spot b) const {
    const double share = (at - Of(a)) / (Of(b) - Of(a));
    return {a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)};
  }
};
constexpr Edge kEdges[] = {{true, -kMargin, false},
                           {true, Picture::kWidth + kMargin, true},
                           {false, -kMargin, false},
                           {false, Picture::kHeight + kMargin, true}};

// What of a closed line lies in the picture: Sutherland and Hodgman's, an edge after the other.
std::vector<Spot> CutRing(std::vector<Spot> ring) {
  for (const Edge& edge : kEdges) {
    std::vector<Spot> kept;
    for (size_t i = 0; i < ring.size(); ++i) {
      const Spot from = ring[i == 0 ? ring.size() - 1 : i - 1], to = ring[i];
      if (edge.Keeps(from) != edge.Keeps(to)) kept.push_back(edge.Cross(from, to));
      if (edge.Keeps(to)) kept.push_back(to);
    }
    ring = std::move(kept);
  }
  return ring;
}

bool IsShown(Spot spot) {
  return std::ranges::all_of(kEdges, [&](const Edge& edge) { return edge.Keeps(spot); });
}

// The points of an open line that lie in the picture, with the first outside on either side.
std::vector<std::vector<Spot>> CutLine(const std::vector<Spot>& line) {
  std::vector<std::vector<Spot>> parts;
  bool open = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const bool shown = IsShown(line[i]);
    if (shown && !open) {
      parts.emplace_back();
      if (i > 0) parts.back().push_back(line[i - 1]);
    }
    if (shown || open) parts.back().push_back(line[i]);
    open = shown;
  }
  return parts;
}

// In whole pixels, each point as its way from the last: what can't be seen is left out.
void Draw(const std::vector<Spot>& line, bool closed, double apart, std::string& path) {
  std::vector<Spot> drawn;
  for (const Spot& spot : line) {
    const Spot whole = {std::round(spot.x), std::round(spot.y)};
    if (!drawn.empty() && std::hypot(whole.x - drawn.back().x, whole.y - drawn.back().y) <= apart)
      continue;
    drawn.push_back(whole);
  }
  if (drawn.size() < (closed ? 3u : 2u)) return;
  absl::StrAppend(&path, "M", drawn[0].x, " ", drawn[0].y, "l");
  for (size_t i = 1; i < drawn.size(); ++i) {
    const double y = drawn[i].y - drawn[i - 1].y;
    absl::StrAppend(&path, i == 1 ? "" : " ", drawn[i].x - drawn[i - 1].x, y < 0 ? "" : " ", y);
  }
  if (closed) path += 'z';
}

}  // namespace

Picture::Picture(const MapView& view) : world_(std::ldexp(256.0, view.zoom)) {
  const Spot middle = Projected(view.latitude, Around(view.longitude));
  middle_ = {middle.x * world_, middle.y * world_};
  // Beyond the poles there is nothing to show.
  const double reach = kHeight / 2.0;
  middle_.y = std::clamp(middle_.y, reach, world_ - reach);
  bounds_.set_north(Clamped(LatitudeOf((middle_.y - reach) / world_)));
  bounds_.set_south(Clamped(LatitudeOf((middle_.y + reach) / world_)));
  const double half = kWidth / 2.0 / world_ * 360;
  const double longitude = middle_.x / world_ * 360 - 180;
  bounds_.set_west(Around(longitude - half));
  bounds_.set_east(Around(longitude + half));
}

Spot Picture::At(double latitude, double longitude) const {
  const Spot spot = Projected(latitude, longitude);
  const double x = std::remainder(spot.x * world_ - middle_.x, world_);
  return {x + kWidth / 2.0, spot.y * world_ - middle_.y + kHeight / 2.0};
}

MapView Picture::ViewAt(Spot spot, int zoom) const {
  const double x = (middle_.x + spot.x - kWidth / 2.0) / world_;
  const double y = std::clamp((middle_.y + spot.y - kHeight / 2.0) / world_, 0.0, 1.0);
  return {Clamped(LatitudeOf(y)), Around(x * 360 - 180),
          std::clamp(zoom, kFurthestView, kNearestView)};
}

std::string Picture::Paths(OutlinePath::Kind kind) const {
  std::string drawn;
  for (const OutlinePath& path : Outline()) {
    if (path.kind != kind || path.north < bounds_.south() || path.south > bounds_.north()) continue;
    // The world is there several times; each time it may reach into the picture.
    for (const int turn : {-1, 0, 1}) {
      std::vector<Spot> line;
      const auto shown_x = [&](double longitude) {
        return ((longitude + 180) / 360 + turn) * world_ - middle_.x + kWidth / 2.0;
      };
      if (shown_x(path.east) < -kMargin || shown_x(path.west) > kWidth + kMargin) continue;
      line.reserve(path.points.size());
      for (const OutlinePath::Point& point : path.points) {
        const Spot spot = Projected(point.latitude, point.longitude);
        line.push_back({shown_x(point.longitude), spot.y * world_ - middle_.y + kHeight / 2.0});
      }
      if (kind == OutlinePath::Kind::kLand) {
        Draw(CutRing(std::move(line)), true, ApartIn(world_), drawn);
      } else {
        for (const std::vector<Spot>& part : CutLine(line))
          Draw(part, false, ApartIn(world_), drawn);
      }
    }
  }
  return drawn;
}

}  // namespace clusterwire::catalogue
