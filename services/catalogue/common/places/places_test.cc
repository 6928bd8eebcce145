#include "services/catalogue/common/places/places.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "libs/text/text.h"

namespace clusterwire::catalogue {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

// Folded: what differs in accents alone is found by the same words.
std::vector<std::string> FoldedNamesOf(std::string_view city, std::string_view country) {
  std::vector<std::string> names;
  for (const std::string_view name : OtherNamesOf(city, country)) {
    names.push_back(text::Fold(name));
  }
  return names;
}

TEST(PlacesTest, ACityIsFoundByWhatOtherLanguagesCallIt) {
  EXPECT_THAT(FoldedNamesOf("Praha", "CZ"), Contains("prag"));
  EXPECT_THAT(FoldedNamesOf("Praha", "CZ"), Contains("prague"));
  EXPECT_THAT(FoldedNamesOf("münchen", "DE"), Contains("munich"));
  EXPECT_THAT(FoldedNamesOf("Wien", "AT"), Contains("vienna"));
  EXPECT_THAT(FoldedNamesOf("BUCUREȘTI", "RO"), Contains("bukarest"));
  EXPECT_THAT(FoldedNamesOf("Köln", ""), Contains("cologne"));
  EXPECT_THAT(FoldedNamesOf("София", "BG"), Contains("sofia")) << "in the letters of its country";
  EXPECT_THAT(OtherNamesOf("Kiew", "UA"), Contains("Київ"));
  EXPECT_THAT(FoldedNamesOf("Αθήνα", "GR"), Contains("athen"));
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
