#include "services/catalogue/common/places/places.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clusterwire::catalogue {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

TEST(PlacesTest, ACityIsFoundByWhatOtherLanguagesCallIt) {
  EXPECT_THAT(OtherNamesOf("Praha", "CZ"), Contains("Prag"));
  EXPECT_THAT(OtherNamesOf("Praha", "CZ"), Contains("Prague"));
  EXPECT_THAT(OtherNamesOf("münchen", "DE"), Contains("Munich"));
  EXPECT_THAT(OtherNamesOf("Wien", "AT"), Contains("Vienna"));
  EXPECT_THAT(OtherNamesOf("BUCUREȘTI", "RO"), Contains("Bukarest"));
  EXPECT_THAT(OtherNamesOf("Köln", ""), Contains("Cologne"));
}

TEST(PlacesTest, ANameOfAnotherCountryIsAnotherCity) {
  EXPECT_THAT(OtherNamesOf("Praha", "SK"), IsEmpty());
  EXPECT_THAT(OtherNamesOf("Nowhere on Sea", "GB"), IsEmpty());
  EXPECT_THAT(OtherNamesOf("", ""), IsEmpty());
}

TEST(PlacesTest, APlaceWithoutAPointIsInItsCityElseInTheMiddleOfItsCountry) {
  type::v1::Place place;
  place.set_city("Praha");
  place.set_country("CZ");
  auto point = PointOf(place, "");
  ASSERT_TRUE(point.has_value());
  EXPECT_EQ(point->precision(), type::v1::POINT_PRECISION_CITY);
  EXPECT_NEAR(point->latitude(), 50.09, .05);
  EXPECT_NEAR(point->longitude(), 14.42, .05);
  place.set_city("Nowhere on Sea");
  point = PointOf(place, "");
  ASSERT_TRUE(point.has_value());
  EXPECT_EQ(point->precision(), type::v1::POINT_PRECISION_COUNTRY);
  EXPECT_EQ(PointOf({}, "DE")->precision(), type::v1::POINT_PRECISION_COUNTRY);
  EXPECT_FALSE(PointOf({}, "").has_value());
}

TEST(PlacesTest, ItIsNotItsOwnOtherName) {
  EXPECT_THAT(OtherNamesOf("Prague", "CZ"), Not(Contains("Prague")));
}

}  // namespace
}  // namespace clusterwire::catalogue
