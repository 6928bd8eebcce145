#include "libs/filter/terms/geo.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/random.h"
#include "libs/base/testing/seed.h"

namespace clusterwire::filter {
namespace {

TEST(GeoTest, DistancesAreThoseOnTheMap) {
  EXPECT_NEAR(DistanceMeters({52.52, 13.40}, {51.05, 13.74}), 165'000, 1'000);
  EXPECT_NEAR(DistanceMeters({0, 179.5}, {0, -179.5}), 111'195, 10);
  EXPECT_EQ(DistanceMeters({52.52, 13.40}, {52.52, 13.40}), 0);
}

TEST(GeoTest, OnlyAddressAndCityAreExact) {
  type::v1::Point point;
  point.set_latitude(52.52);
  EXPECT_EQ(ExactPoint(point), std::nullopt);
  point.set_precision(type::v1::POINT_PRECISION_REGION);
  EXPECT_EQ(ExactPoint(point), std::nullopt);
  point.set_precision(type::v1::POINT_PRECISION_CITY);
  EXPECT_EQ(ExactPoint(point), (LatLng{52.52, 0}));
  point.set_latitude(91);
  EXPECT_EQ(ExactPoint(point), std::nullopt);
}

// On the sphere and on its borders: poles, date line, tiny and largest circles.
TEST(GeoTest, AtMostSixteenCellsHoldEachPointOfTheCircle) {
  SeededRandom random(TestSeed());
  for (int round = 0; round < 5000; ++round) {
    type::v1::Circle circle;
    circle.set_latitude(round % 5 == 0 ? 90 : random.Fraction() * 180 - 90);
    circle.set_longitude(round % 7 == 0 ? 180 : random.Fraction() * 360 - 180);
    circle.set_radius_meters(round % 3 == 0   ? kMaxRadiusMeters
                             : round % 3 == 1 ? random.Fraction() * 10
                                              : random.Fraction() * kMaxRadiusMeters);
    const std::vector<CoveringCell> cover = Covering(circle);
    ASSERT_LE(cover.size(), static_cast<size_t>(kMaxCoveringCells));
    for (int i = 0; i < 10; ++i) {
      const double degrees = circle.radius_meters() / 111'000 * 1.01;
      const LatLng point{
          std::clamp(circle.latitude() + (random.Fraction() * 2 - 1) * degrees, -90.0, 90.0),
          random.Fraction() * 360 - 180};
      const LatLng center{circle.latitude(), circle.longitude()};
      const LatLng near{point.latitude, i % 2 == 0 ? circle.longitude() : point.longitude};
      if (DistanceMeters(center, near) > circle.radius_meters()) continue;
      const std::vector<uint64_t> cells = CellsAround(near);
      EXPECT_TRUE(std::any_of(cells.begin(), cells.end(), [&](uint64_t cell) {
        return std::ranges::find(cover, cell, &CoveringCell::id) != cover.end();
      })) << circle.ShortDebugString();
    }
  }
}

TEST(GeoTest, EachPointOfACellThatIsInsideACircleIsInside) {
  SeededRandom random(TestSeed());
  int held = 0;
  for (int round = 0; round < 20'000; ++round) {
    type::v1::Circle circle;
    circle.set_latitude(random.Fraction() * 180 - 90);
    circle.set_longitude(random.Fraction() * 360 - 180);
    circle.set_radius_meters(random.Fraction() * (round % 2 == 0 ? kMaxRadiusMeters : 20'000));
    const double degrees = circle.radius_meters() / 111'000;
    const LatLng point{
        std::clamp(circle.latitude() + (random.Fraction() * 2 - 1) * degrees, -90.0, 90.0),
        circle.longitude()};
    const double meters = DistanceMeters({circle.latitude(), circle.longitude()}, point);
    const std::vector<uint64_t> around = CellsAround(point);
    for (const CoveringCell& cell : Covering(circle)) {
      if (!cell.inside || std::ranges::find(around, cell.id) == around.end()) continue;
      ++held;
      EXPECT_LE(meters, circle.radius_meters()) << circle.ShortDebugString();
    }
    const auto from = OnSphere({circle.latitude(), circle.longitude()});
    const auto to = OnSphere(point);
    EXPECT_NEAR(std::hypot(from[0] - to[0], from[1] - to[1], from[2] - to[2]), ChordOf(meters),
                1e-9);
  }
  EXPECT_GT(held, 1000);
}

}  // namespace
}  // namespace clusterwire::filter
