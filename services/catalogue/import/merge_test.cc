#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "services/catalogue/import/sources.h"

namespace clusterwire::catalogue::registers {
namespace {

type::v1::Source MakeSource(const char* field, const char* value, const char* uri,
                            const char* read_date) {
  type::v1::Source source;
  source.set_field(field);
  source.set_value(value);
  source.set_uri(uri);
  source.set_read_date(read_date);
  return source;
}

TEST(MergeTest, WhatALineDoesNotStateStaysAndWhatItStatesReplaces) {
  v1::Cluster known;
  known.set_title("Old");
  known.set_website("https://example.org");
  known.add_sectors("esca:ict");
  known.mutable_seat()->set_city("Köln");
  v1::Cluster imported;
  imported.set_title("New");
  imported.add_sectors("named:optics");
  KeepUnstated(known, &imported);
  EXPECT_EQ(imported.title(), "New");
  EXPECT_EQ(imported.website(), "https://example.org");
  EXPECT_THAT(imported.sectors(), ::testing::ElementsAre("named:optics"));
  EXPECT_EQ(imported.seat().city(), "Köln");
}

TEST(MergeTest, AMovedSeatDoesNotKeepTheOldPoint) {
  v1::Cluster known;
  known.mutable_seat()->set_city("Köln");
  known.mutable_seat()->mutable_point()->set_latitude(50.9);
  v1::Cluster imported;
  imported.mutable_seat()->set_city("Bonn");
  KeepUnstated(known, &imported);
  EXPECT_FALSE(imported.seat().has_point());
}

TEST(MergeTest, SourcesAreJoinedAndAPageThatChangedItsMindReplacesWhatItSaid) {
  v1::Cluster known;
  *known.add_sources() = MakeSource("", "", "https://a.example", "2025");
  *known.add_sources() = MakeSource("founded", "2004", "https://b.example", "2025");
  v1::Cluster imported;
  *imported.add_sources() = MakeSource("founded", "2005", "https://b.example", "2026");
  *imported.add_sources() = MakeSource("founded", "2003", "https://c.example", "2026");
  KeepUnstated(known, &imported);
  ASSERT_EQ(imported.sources_size(), 3);
  EXPECT_EQ(imported.sources(1).value(), "2005");
  EXPECT_EQ(imported.sources(1).read_date(), "2026");
  EXPECT_EQ(imported.sources(2).uri(), "https://c.example");
}

TEST(MergeTest, AnotherLineGivesTheValidityOfLevels) {
  v1::LabelScheme known;
  known.add_levels()->set_id("bronze");
  known.mutable_levels(0)->set_first_validity_months(24);
  v1::LabelScheme imported;
  imported.add_levels()->set_id("bronze");
  imported.mutable_levels(0)->set_title("Bronze");
  imported.add_levels()->set_id("silver");
  KeepUnstatedOfLevels(known, &imported);
  ASSERT_EQ(imported.levels_size(), 2);
  EXPECT_EQ(imported.levels(0).first_validity_months(), 24);
  EXPECT_EQ(imported.levels(0).title(), "Bronze");
  EXPECT_FALSE(imported.levels(1).has_first_validity_months());
}

}  // namespace
}  // namespace clusterwire::catalogue::registers
