#include "services/catalogue/import/field_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::catalogue::registers {
namespace {

using ::testing::ElementsAre;
using ::testing::Not;

constexpr Field kFields[] = {{"name", "title", ReadRequired},
                             {"acronym"},
                             {"former_names", "former_titles"},
                             {"city", "seat.city"},
                             {"latitude, longitude", "seat.point", ReadPoint},
                             {"member_count", "members.total"},
                             {"founded_year", "founded", ReadDate}};

TEST(FieldMapTest, ValuesAreReadAsTheTypeOfTheirFieldSays) {
  JsonRecord record = JsonRecord::Parse(R"({"name": "X", "acronym": "Y", "former_names": ["a", "b"],
                            "city": "Köln", "latitude": 50.9, "longitude": 7,
                            "member_count": 0, "founded_year": 1999})")
                          .value();
  v1::Cluster cluster;
  ReadFields(record, kFields, &cluster);
  EXPECT_THAT(record.Finish(), IsOk());
  EXPECT_EQ(cluster.title(), "X");
  EXPECT_EQ(cluster.acronym(), "Y");
  EXPECT_THAT(cluster.former_titles(), ElementsAre("a", "b"));
  EXPECT_EQ(cluster.seat().city(), "Köln");
  EXPECT_EQ(cluster.seat().point().longitude(), 7);
  EXPECT_TRUE(cluster.members().has_total()) << "0 is a value";
  EXPECT_EQ(cluster.founded(), "1999");
}

TEST(FieldMapTest, AMissingValueMakesNoEmptyMessageOnTheWayToItsField) {
  JsonRecord record = JsonRecord::Parse(R"({"name": "X", "city": ""})").value();
  v1::Cluster cluster;
  ReadFields(record, kFields, &cluster);
  EXPECT_FALSE(cluster.has_seat());
  EXPECT_FALSE(cluster.has_members());
}

TEST(FieldMapTest, ErrorsOfTheRulesAreInTheWordsOfTheRegister) {
  FieldErrors errors;
  for (const char* path :
       {"cluster.title", "cluster.former_titles[1]", "cluster.seat.point.latitude",
        "cluster.sources[0].uri", "cluster.sources[1].uri", "parent"}) {
    errors.Add(path, "is wrong");
  }
  const absl::Status status = InWordsOfRegister(errors.ToStatus(), "cluster", kFields);
  for (const char* key : {"name", "former_names[1]", "latitude, longitude.latitude", "source",
                          "sources[1].uri", "parent"}) {
    EXPECT_THAT(status, HasFieldError(key));
  }
  EXPECT_THAT(status, Not(HasFieldError("cluster.title")));
  EXPECT_THAT(InWordsOfRegister(errors.ToStatus(), "cluster", {}), HasFieldError("cluster.title"));
  EXPECT_THAT(InWordsOfRegister(absl::OkStatus(), "cluster", kFields), IsOk());
}

}  // namespace
}  // namespace clusterwire::catalogue::registers
