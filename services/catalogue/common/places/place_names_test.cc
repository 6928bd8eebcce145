#include "services/catalogue/common/place_names/place_names.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clusterwire::catalogue {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

TEST(PlaceNamesTest, ACityIsFoundByWhatOtherLanguagesCallIt) {
  EXPECT_THAT(OtherNamesOf("Praha", "CZ"), Contains("Prag"));
  EXPECT_THAT(OtherNamesOf("Praha", "CZ"), Contains("Prague"));
  EXPECT_THAT(OtherNamesOf("münchen", "DE"), Contains("Munich"));
  EXPECT_THAT(OtherNamesOf("Wien", "AT"), Contains("Vienna"));
  EXPECT_THAT(OtherNamesOf("BUCUREȘTI", "RO"), Contains("Bukarest"));
  EXPECT_THAT(OtherNamesOf("Köln", ""), Contains("Cologne"));
}

TEST(PlaceNamesTest, ANameOfAnotherCountryIsAnotherCity) {
  EXPECT_THAT(OtherNamesOf("Praha", "SK"), IsEmpty());
  EXPECT_THAT(OtherNamesOf("Nowhere on Sea", "GB"), IsEmpty());
  EXPECT_THAT(OtherNamesOf("", ""), IsEmpty());
}

TEST(PlaceNamesTest, ItIsNotItsOwnOtherName) {
  EXPECT_THAT(OtherNamesOf("Prague", "CZ"), Not(Contains("Prague")));
}

}  // namespace
}  // namespace clusterwire::catalogue
