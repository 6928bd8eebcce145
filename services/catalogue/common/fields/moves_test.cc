#include "services/catalogue/common/fields/moves.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/testing/status_matchers.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::HasSubstr;
using v1::Cluster;

MoveTable Doors() {
  return MoveTableOf<Cluster::State>({{"AskForDoor",
                                       Party::kCluster,
                                       change::v1::CHANGE_KIND_CLUSTER_CREATED,
                                       {0},
                                       Cluster::STATE_DRAFT},
                                      {"OpenDoor",
                                       Party::kOffice,
                                       change::v1::CHANGE_KIND_CLUSTER_PUBLISHED,
                                       {Cluster::STATE_DRAFT},
                                       Cluster::STATE_PUBLISHED},
                                      {"ShutDoor",
                                       Party::kEither,
                                       change::v1::CHANGE_KIND_CLUSTER_UPDATED,
                                       {Cluster::STATE_DRAFT, Cluster::STATE_PUBLISHED},
                                       Cluster::STATE_DRAFT}});
}

TEST(MoveTableTest, ItPrintsALineForEachStateAndMove) {
  EXPECT_EQ(Doors().Text(),
            "state      move        by       state after\n"
            "none       AskForDoor  cluster  draft\n"
            "draft      OpenDoor    office   published\n"
            "draft      ShutDoor    either   draft\n"
            "published  ShutDoor    either   draft");
}

TEST(MoveTableTest, AnIllegalMoveSaysWhichArePossibleAndWhose) {
  EXPECT_THAT(Doors().Check("ShutDoor", "doors/a", Cluster::STATE_DRAFT), IsOk());
  const absl::Status refused = Doors().Check("OpenDoor", "doors/a", Cluster::STATE_PUBLISHED);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition,
                                HasSubstr("doors/a is published, and OpenDoor is possible from "
                                          "draft; possible now: ShutDoor (either)")));
  EXPECT_THAT(refused, ReasonIs("ILLEGAL_MOVE"));
  EXPECT_EQ(ErrorInfoOf(refused).metadata().at("possible"), "ShutDoor");
  EXPECT_EQ(ErrorInfoOf(refused).metadata().at("state"), "published");
}

TEST(MoveTableTest, WhereThereIsNothingYetOrNothingMoreItSaysSo) {
  EXPECT_THAT(Doors().Check("OpenDoor", "", 0).message(), HasSubstr("there is none yet"));
  const MoveTable once = MoveTableOf<Cluster::State>({{"AskForDoor",
                                                       Party::kCluster,
                                                       change::v1::CHANGE_KIND_CLUSTER_CREATED,
                                                       {0},
                                                       Cluster::STATE_DRAFT}});
  EXPECT_THAT(once.Check("AskForDoor", "doors/a", Cluster::STATE_DRAFT).message(),
              HasSubstr("nothing, it is over"));
}

TEST(PartyTest, AMoveIsOfWhoEditsTheProgrammeOrTheCluster) {
  const std::string name = "programmes/p/admissions/a";
  const auto check = [&](const filter::Viewer& viewer, Party party) {
    return CheckParty(viewer, party, "OpenDoor", name, "clusters/c");
  };
  const auto office = filter::Viewer::As("programmes/p");
  const auto team = filter::Viewer::As("clusters/c");
  EXPECT_THAT(check(office, Party::kOffice), IsOk());
  EXPECT_THAT(check(team, Party::kCluster), IsOk());
  EXPECT_THAT(check(team, Party::kEither), IsOk());
  EXPECT_THAT(check(filter::Viewer::Operator(), Party::kCluster), IsOk());
  EXPECT_THAT(check(team, Party::kOffice), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(check(office, Party::kCluster), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(check(filter::Viewer::As("programmes/other"), Party::kEither), ReasonIs("NOT_YOURS"));
  // To see the inside isn't to act.
  EXPECT_THAT(check({.members = {"programmes/p"}}, Party::kOffice), ReasonIs("NOT_YOURS"));
}

}  // namespace
}  // namespace clusterwire::catalogue
