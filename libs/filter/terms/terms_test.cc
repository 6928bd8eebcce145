#include "libs/filter/terms/terms.h"

#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/filter/predicate.h"

namespace clusterwire::filter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Facts Parsed(const std::string& text) {
  Facts facts;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &facts));
  return facts;
}

TEST(ColumnsTest, HoldWhatASearchSortsRanksAndCountsBy) {
  const Facts facts = Parsed(
      "type: 'cluster' title: 'Öresund' names: 'ÖLS' summary: 'health' text: 'strait' "
      "codes: 'esca:ict' codes: 'iso:DK' codes: 'nuts:DK' size: 7 deadline: '2025-02' "
      "period { start: '2024' } "
      "point { latitude: 55 longitude: 13 precision: POINT_PRECISION_CITY }");
  const Columns columns = ColumnsOf(facts);
  EXPECT_THAT(columns.tokens,
              ElementsAre("health", "oels", "oeresund", "ols", "oresund", "strait"));
  EXPECT_THAT(columns.title_tokens, ElementsAre("oels", "oeresund", "ols", "oresund"));
  EXPECT_THAT(FacetValues("sectors", facts), ElementsAre("esca:ict"));
  EXPECT_THAT(FacetValues("regions", facts), ElementsAre("iso:DK", "nuts:DK"));
  EXPECT_THAT(FacetValues("kinds", facts), IsEmpty());
  EXPECT_EQ(columns.size, 7);
  EXPECT_EQ(columns.period->last, LastDay());
  EXPECT_EQ(FormatDay(columns.deadline->last), "2025-02-28");
  EXPECT_EQ(columns.point, (LatLng{55, 13}));
  EXPECT_EQ(columns.place, columns.point);
}

TEST(ColumnsTest, WhatIsUnknownOrUnreadableIsAbsent) {
  const Facts facts = Parsed(
      "period { } deadline: 'soon' "
      "point { latitude: 55 longitude: 13 precision: POINT_PRECISION_COUNTRY }");
  const Columns columns = ColumnsOf(facts);
  EXPECT_EQ(columns.period, std::nullopt);
  EXPECT_EQ(columns.deadline, std::nullopt);
  EXPECT_EQ(columns.size, std::nullopt);
  EXPECT_EQ(columns.point, std::nullopt);
  EXPECT_EQ(columns.place, (LatLng{55, 13}));
}

TEST(FacetFieldTest, CodesOfPlacesAreRegionsAndAllOthersSectors) {
  ASSERT_EQ(FacetFieldOf("sectors")->term, TermField::kCode);
  EXPECT_TRUE(FacetFieldOf("sectors")->counts("esca:ict"));
  EXPECT_FALSE(FacetFieldOf("sectors")->counts("nuts:DK"));
  EXPECT_TRUE(FacetFieldOf("regions")->counts("iso:DK"));
  EXPECT_FALSE(FacetFieldOf("regions")->counts("esca:ict"));
  EXPECT_EQ(FacetFieldOf("title"), nullptr);
}

TEST(ColumnsTest, ATitleOfHeavyLettersStillFitsAPageToken) {
  std::string title;
  for (int i = 0; i < 200; ++i) title += "\uFDFA";  // a ligature of eighteen letters
  Facts facts;
  facts.set_title(title);
  EXPECT_EQ(ColumnsOf(facts).title_key.size(), 1000u);
}

TEST(ValuesTest, ANameIsUnderEachNameAboveIt) {
  const Facts facts = Parsed("name: 'clusters/a/labels/b' parent: 'events/e'");
  EXPECT_THAT(ValuesOf(TermField::kName, facts),
              UnorderedElementsAre("clusters/a/labels/b", "clusters/a/labels", "clusters/a",
                                   "clusters", "events/e"));
}

}  // namespace
}  // namespace clusterwire::filter
