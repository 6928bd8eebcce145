#include "services/catalogue/pages/picture.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clusterwire::catalogue {
namespace {

TEST(PictureTest, ItsMiddleIsWhereTheReaderLooksAndItsEdgesAreItsBounds) {
  const Picture picture({.latitude = 51, .longitude = 13.7, .zoom = 6});
  const Picture::Spot middle = picture.At(51, 13.7);
  EXPECT_NEAR(middle.x, Picture::kWidth / 2.0, .01);
  EXPECT_NEAR(middle.y, Picture::kHeight / 2.0, .01);
  const Picture::Spot corner = picture.At(picture.bounds().north(), picture.bounds().west());
  EXPECT_NEAR(corner.x, 0, .01);
  EXPECT_NEAR(corner.y, 0, .01);
}

TEST(PictureTest, OverTheDateLineWestIsGreaterThanEast) {
  const Picture picture({.latitude = 0, .longitude = 178, .zoom = 5});
  EXPECT_GT(picture.bounds().west(), picture.bounds().east());
  EXPECT_GT(picture.At(0, -179).x, Picture::kWidth / 2.0);
  EXPECT_LT(picture.At(0, 177).x, Picture::kWidth / 2.0);
  EXPECT_THAT(picture.Land(), testing::Not(testing::IsEmpty())) << "Fiji and its like";
}

TEST(PictureTest, ItNeverReachesBeyondThePoles) {
  const Picture north({.latitude = 89, .longitude = 0, .zoom = kFurthestView});
  EXPECT_LE(north.bounds().north(), 85.06);
  EXPECT_GE(north.bounds().south(), -85.06);
  EXPECT_LT(north.bounds().west(), north.bounds().east());
}

TEST(PictureTest, AMoveAndItsReturnAreWhereItWas) {
  const MapView view = {.latitude = 52, .longitude = 12, .zoom = 5};
  const Picture picture(view);
  const MapView east = picture.ViewAt({Picture::kWidth * .9, Picture::kHeight * .5}, 5);
  EXPECT_GT(east.longitude, view.longitude);
  EXPECT_NEAR(east.latitude, view.latitude, 1e-6);
  const MapView back = Picture(east).ViewAt({Picture::kWidth * .1, Picture::kHeight * .5}, 5);
  EXPECT_NEAR(back.longitude, view.longitude, 1e-6);
  EXPECT_EQ(picture.ViewAt({0, 0}, 99).zoom, kNearestView);
}

TEST(PictureTest, TheOutlineIsCutToWhatIsShownAndSmall) {
  for (const int zoom : {2, 3, 4, 6, 9, 14}) {
    const Picture picture({.latitude = 51, .longitude = 10, .zoom = zoom});
    EXPECT_LT(picture.Land().size() + picture.Borders().size(), 24'000u) << zoom;
    EXPECT_THAT(picture.Land(), testing::StartsWith("M")) << zoom;
  }
}

}  // namespace
}  // namespace clusterwire::catalogue
