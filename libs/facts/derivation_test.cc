#include <chrono>
#include <thread>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/facts/registry.h"
#include "libs/facts/testing/facts_test.h"
#include "libs/store/maintenance.h"

namespace clusterwire::facts {
namespace {

using store::Change;
using store::kFactsRefreshed;
using store::Revision;
using store::WriteOptions;
using store::Writer;
using store::testing::Badge;
using store::testing::Club;
using store::testing::CodeList;
using store::testing::Delete;
using store::testing::MakeBadge;
using store::testing::MakeClub;
using store::testing::MakeMember;
using store::testing::MakePost;
using store::testing::MakeSociety;
using store::testing::Society;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DerivationTest : public testing::FactsTest {
 protected:
  std::vector<std::string> Codes(std::string_view name) {
    const std::optional<Facts> facts = FactsOf(name);
    if (!facts.has_value()) return {"no facts"};
    return {facts->codes().begin(), facts->codes().end()};
  }
  std::vector<std::string> Programmes(std::string_view name) {
    const std::optional<Facts> facts = FactsOf(name);
    if (!facts.has_value()) return {"no facts"};
    return {facts->programmes().begin(), facts->programmes().end()};
  }
  std::vector<std::string> Audience(std::string_view name) {
    const std::optional<Facts> facts = FactsOf(name);
    if (!facts.has_value()) return {"no facts"};
    if (!facts->has_audience()) return {"everybody"};
    return {facts->audience().members().begin(), facts->audience().members().end()};
  }
  void RefreshAll() {
    absl::StatusOr<bool> more = true;
    while (more.ok() && *more) more = store_->Refresh();
    ASSERT_THAT(more, IsOk());
  }
  void PutCodes(const std::map<std::string, std::string>& parents) {
    CodeList list = Get<CodeList>("codeLists/c").value_or(CodeList());
    list.set_name("codeLists/c");
    list.mutable_parents()->clear();
    list.mutable_parents()->insert(parents.begin(), parents.end());
    MustPut(list);
  }
};
INSTANTIATE_TEST_SUITE_P(Both, DerivationTest, sql::kBothDatabases, sql::DialectName);

TEST_P(DerivationTest, ATargetAggregatesAndWhatIsAboutItInherits) {
  MustPut(MakeClub("a", {"health"}));
  MustPut(MakePost("p", {"clubs/a"}));
  EXPECT_THAT(Codes("posts/p"), ElementsAre("health"));
  MustPut(MakeBadge("clubs/a", "b", "gold"));
  EXPECT_THAT(Levels("clubs/a"), ElementsAre("gold"));
  EXPECT_THAT(Levels("posts/p"), ElementsAre("gold"));
  EXPECT_THAT(Codes("clubs/a/badges/b"), ElementsAre("health"));
}

TEST_P(DerivationTest, WhoseFactsChangeGetsAChangeOfItsOwnInTheSameRevision) {
  const Club club = MustPut(MakeClub("a"));
  MustPut(MakePost("p", {"clubs/a"}));
  WriteOptions quiet = MakeCall();
  quiet.quiet = true;
  const auto written = Put(MakeBadge("clubs/a", "b", "gold"), quiet);
  const std::vector<Change> log = LogOf(written->revision);
  ASSERT_THAT(log, SizeIs(3));
  EXPECT_EQ(log[0].name, "clubs/a/badges/b");
  EXPECT_EQ(log[0].kind, "put");
  EXPECT_EQ(log[0].cause, "");
  EXPECT_EQ(log[1].name, "clubs/a");
  EXPECT_EQ(log[2].name, "posts/p");
  for (const Change& change : {log[1], log[2]}) {
    EXPECT_EQ(change.kind, kFactsRefreshed);
    EXPECT_EQ(change.cause, "clubs/a/badges/b");
    EXPECT_TRUE(change.quiet);
    EXPECT_THAT((*Parse(change.facts_before))->label_levels(), IsEmpty());
    EXPECT_THAT((*Parse(change.facts_after))->label_levels(), ElementsAre("gold"));
  }
  // Its etag, revision and time stay, and the change carries it.
  EXPECT_EQ(log[1].after->SerializeAsString(), club.SerializeAsString());
  EXPECT_EQ(Get<Club>("clubs/a")->SerializeAsString(), club.SerializeAsString());
}

TEST_P(DerivationTest, AWriteThatChangesNobodyElsesFactsMakesOneChange) {
  Club club = MustPut(MakeClub("a"));
  MustPut(MakePost("p", {"clubs/a"}));
  (*club.mutable_notes())["x"] = "y";
  club = MustPut(club);
  EXPECT_THAT(LogOf(Revision{club.revision()}), SizeIs(1));
}

TEST_P(DerivationTest, ALinkThatMovesTakesAlongWhatIsAggregated) {
  MustPut(MakeClub("a"));
  MustPut(MakeClub("b"));
  MustPut(MakeSociety("s"));
  auto member = MustPut(MakeMember("societies/s", "m", "clubs/a"));
  EXPECT_THAT(Programmes("clubs/a"), ElementsAre("societies/s"));
  member.set_club("clubs/b");
  MustPut(member);
  EXPECT_THAT(Programmes("clubs/a"), IsEmpty());
  EXPECT_THAT(Programmes("clubs/b"), ElementsAre("societies/s"));
  ASSERT_THAT(Purge("societies/s/members/m"), IsOk());
  EXPECT_THAT(Programmes("clubs/b"), IsEmpty());
}

TEST_P(DerivationTest, WhatIsAboutADeletedTargetHasNoFacts) {
  Club club = MustPut(MakeClub("a"));
  const Badge badge = MustPut(MakeBadge("clubs/a", "b", "gold"));
  Delete(clock_.Now(), club.mutable_delete_time());
  club = MustPut(club);
  EXPECT_EQ(FactsOf("clubs/a"), std::nullopt);
  EXPECT_EQ(FactsOf("clubs/a/badges/b"), std::nullopt);
  EXPECT_THAT(Get<Badge>("clubs/a/badges/b"), IsOk());
  club.clear_delete_time();
  MustPut(club);
  EXPECT_THAT(Levels("clubs/a"), ElementsAre("gold"));
  EXPECT_TRUE(FactsOf("clubs/a/badges/b").has_value());
}

TEST_P(DerivationTest, FromADeletedOneOfSeveralTargetsNothingIsInherited) {
  Club a = MustPut(MakeClub("a", {"x"}));
  MustPut(MakeClub("b", {"y"}));
  MustPut(MakePost("p", {"clubs/a", "clubs/b"}));
  EXPECT_THAT(Codes("posts/p"), ElementsAre("x", "y"));
  Delete(clock_.Now(), a.mutable_delete_time());
  MustPut(a);
  EXPECT_THAT(Codes("posts/p"), ElementsAre("y"));
}

TEST_P(DerivationTest, ATargetThatComesLaterIsFound) {
  MustPut(MakePost("p", {"clubs/a"}));
  EXPECT_EQ(FactsOf("posts/p"), std::nullopt);
  MustPut(MakeClub("a", {"x"}));
  EXPECT_THAT(Codes("posts/p"), ElementsAre("x"));
}

TEST_P(DerivationTest, TheAudienceIsWhatOwnParentAndTargetHaveInCommon) {
  MustPut(MakeClub("a", {}, {"x", "y"}));
  MustPut(MakeSociety("s", {"y", "z"}));
  MustPut(MakeMember("societies/s", "m", "clubs/a"));
  EXPECT_THAT(Audience("societies/s/members/m"), ElementsAre("y"));
  Society society = *Get<Society>("societies/s");
  society.clear_audience();
  MustPut(society);
  EXPECT_THAT(Audience("societies/s/members/m"), ElementsAre("x", "y"));
  Club club = *Get<Club>("clubs/a");
  club.clear_audience();
  MustPut(club);
  EXPECT_THAT(Audience("societies/s/members/m"), ElementsAre("everybody"));
}

TEST_P(DerivationTest, WhatNotEverybodyMaySeeIsNotAggregated) {
  MustPut(MakeClub("a"));
  Badge badge = MakeBadge("clubs/a", "b", "gold");
  badge.add_audience("x");
  badge = MustPut(badge);
  EXPECT_THAT(Levels("clubs/a"), IsEmpty());
  badge.clear_audience();
  MustPut(badge);
  EXPECT_THAT(Levels("clubs/a"), ElementsAre("gold"));
  // Of a club that only x sees, a badge for x and y may tell.
  Club club = *Get<Club>("clubs/a");
  club.add_audience("x");
  MustPut(club);
  badge = *Get<Badge>("clubs/a/badges/b");
  badge.add_audience("x");
  badge.add_audience("y");
  MustPut(badge);
  EXPECT_THAT(Levels("clubs/a"), ElementsAre("gold"));
}

TEST_P(DerivationTest, WhatLiesUnderAParentThatBecomesPublicIsAggregated) {
  MustPut(MakeClub("a"));
  Society society = MustPut(MakeSociety("s", {"x"}));
  MustPut(MakeMember("societies/s", "m", "clubs/a"));
  EXPECT_THAT(Programmes("clubs/a"), IsEmpty());
  society.clear_audience();
  MustPut(society);
  EXPECT_THAT(Programmes("clubs/a"), ElementsAre("societies/s"));
}

TEST_P(DerivationTest, AParentMayOpenTheWayToOneOfTwoTargetsAlone) {
  MustPut(MakeClub("a"));
  MustPut(MakeClub("b", {}, {"x"}));
  Society society = MustPut(MakeSociety("s", {"x"}));
  store::testing::Member member = MakeMember("societies/s", "m", "clubs/a");
  member.set_second_club("clubs/b");
  MustPut(member);
  EXPECT_THAT(Programmes("clubs/a"), IsEmpty());
  EXPECT_THAT(Programmes("clubs/b"), ElementsAre("societies/s"));
  society.clear_audience();  // the member's own audience stays: x sees both clubs
  MustPut(society);
  EXPECT_THAT(Audience("societies/s/members/m"), ElementsAre("x"));
  EXPECT_THAT(Programmes("clubs/a"), ElementsAre("societies/s"));
}

TEST_P(DerivationTest, OneLinkTooManyIsRefusedRatherThanFreezingTheTarget) {
  OpenWith({.fan_out_limit = 3});
  Club club = MustPut(MakeClub("a"));
  for (int i = 0; i < 3; ++i) MustPut(MakePost(absl::StrCat(i), {"clubs/a"}));
  const auto refused = Put(MakePost("3", {"clubs/a"}));
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(refused, ReasonIs("FAN_OUT"));
  EXPECT_THAT(Get<store::testing::Post>("posts/3"), StatusIs(absl::StatusCode::kNotFound));
  club.add_codes("x");
  EXPECT_THAT(Put(club), IsOk());
}

TEST_P(DerivationTest, AWriteThatHidesTooMuchIsRefused) {
  OpenWith({.fan_out_limit = 3, .at_once = 1});
  Society society = MustPut(MakeSociety("s"));
  for (const char* id : {"a", "b"}) {
    MustPut(MakeClub(id));
    MustPut(MakeMember("societies/s", id, absl::StrCat("clubs/", id)));
  }
  society.add_audience("x");  // reaches two members and their two clubs
  EXPECT_THAT(Put(society), ReasonIs("FAN_OUT"));
  EXPECT_THAT(Programmes("clubs/a"), ElementsAre("societies/s"));
  ASSERT_THAT(Purge("societies/s/members/b"), IsOk());
  EXPECT_THAT(Put(society), IsOk());
}

// Of the issue: a programme with more than a thousand members can't be deleted.
TEST_P(DerivationTest, WhatHidesAThousandMembersHidesThemInTheSameWrite) {
  constexpr int kMembers = 1050;
  Society society = MustPut(MakeSociety("s"));
  MustPut(MakeClub("a"));
  MustPut(MakePost("p", {"clubs/a"}));
  for (int i = 0; i < kMembers; i += 525) {
    ASSERT_THAT(store_->Write(MakeCall(),
                              [&](Writer& writer) {
                                absl::Status status;
                                for (int j = i; j < i + 525 && status.ok(); ++j) {
                                  status = writer.Put(
                                      MakeMember("societies/s", absl::StrCat(j), "clubs/a"), "put");
                                }
                                return status;
                              }),
                IsOk());
  }
  Delete(clock_.Now(), society.mutable_delete_time());
  const auto deleted = Put(society);
  ASSERT_THAT(deleted, IsOk());
  EXPECT_THAT(LogOf(deleted->revision), SizeIs(kMembers + 3));
  EXPECT_EQ(FactsOf("societies/s/members/1049"), std::nullopt);
  EXPECT_THAT(Programmes("clubs/a"), IsEmpty());
  EXPECT_THAT(Programmes("posts/p"), IsEmpty());

  // And back: what becomes visible again may follow.
  society = *Get<Society>("societies/s");
  society.clear_delete_time();
  ASSERT_THAT(Put(society), IsOk());
  RefreshAll();
  EXPECT_THAT(Audience("societies/s/members/1049"), ElementsAre("everybody"));
  EXPECT_THAT(Programmes("posts/p"), ElementsAre("societies/s"));
}

TEST_P(DerivationTest, WhatOnlyBecomesVisibleFollowsInPagesAndStaysHiddenUntilThen) {
  OpenWith({.at_once = 2, .refresh_page = 2});
  RefreshAll();
  Society society = MustPut(MakeSociety("s", {"x"}));
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    MustPut(MakeClub(id));
    MustPut(MakeMember("societies/s", id, absl::StrCat("clubs/", id)));
  }
  society.clear_audience();
  const auto published = Put(society);
  ASSERT_THAT(published, IsOk());
  EXPECT_THAT(LogOf(published->revision), SizeIs(3));
  EXPECT_THAT(Audience("societies/s"), ElementsAre("everybody"));
  EXPECT_THAT(Audience("societies/s/members/e"), ElementsAre("x"));
  EXPECT_THAT(Programmes("clubs/e"), IsEmpty());
  RefreshAll();
  EXPECT_THAT(Audience("societies/s/members/e"), ElementsAre("everybody"));
  EXPECT_THAT(Programmes("clubs/e"), ElementsAre("societies/s"));
  for (const Change& change : Log({published->revision, INT64_MAX})) {
    EXPECT_EQ(change.kind, kFactsRefreshed);
    EXPECT_EQ(change.cause, "societies/s");
    EXPECT_FALSE(change.quiet) << "who waits for it to enter is told";
  }
}

TEST_P(DerivationTest, WhatFollowsAfterARestartIsDone) {
  OpenWith({.at_once = 1});
  RefreshAll();
  Club club = MustPut(MakeClub("a"));
  for (int i = 0; i < 5; ++i) MustPut(MakePost(absl::StrCat(i), {"clubs/a"}));
  club.add_codes("x");
  WriteOptions quiet = MakeCall();
  quiet.quiet = true;
  const auto changed = Put(club, quiet);
  EXPECT_THAT(Codes("posts/4"), IsEmpty());
  OpenWith({});
  RefreshAll();
  EXPECT_THAT(Codes("posts/4"), ElementsAre("x"));
  for (const Change& change : Log({changed->revision, INT64_MAX})) EXPECT_TRUE(change.quiet);
}

// What is about a club that still waits may have been told already: the club's own Facts don't say.
TEST_P(DerivationTest, WhatIsHiddenAgainWhileItFollowsIsTakenFromAllThatHadIt) {
  OpenWith({.at_once = 1});
  RefreshAll();
  Society society = MustPut(MakeSociety("s", {"x"}));
  for (const char* id : {"a", "b"}) {
    MustPut(MakeClub(id));
    MustPut(MakeMember("societies/s", id, absl::StrCat("clubs/", id)));
  }
  auto post = MustPut(MakePost("p", {"clubs/b"}));
  society.clear_audience();
  society = MustPut(society);
  ASSERT_THAT(Programmes("clubs/b"), IsEmpty()) << "it waits";
  post.set_text("new");
  MustPut(post);
  ASSERT_THAT(Programmes("posts/p"), ElementsAre("societies/s"));
  society.add_audience("x");
  MustPut(society);
  EXPECT_THAT(Programmes("posts/p"), IsEmpty());
  RefreshAll();
  EXPECT_THAT(Programmes("clubs/b"), IsEmpty());
  EXPECT_THAT(Audience("societies/s/members/b"), ElementsAre("x"));
}

TEST_P(DerivationTest, ALinkToWhatNothingCanBeAboutIsRefused) {
  EXPECT_THAT(Put(MakePost("p", {"posts/q"})), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Put(MakePost("p", {"nonsense"})), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_P(DerivationTest, CodesOfTheSameBodyAreUsed) {
  ASSERT_THAT(store_->Write(MakeCall(),
                            [](Writer& writer) -> absl::Status {
                              CodeList list;
                              list.set_name("codeLists/c");
                              (*list.mutable_parents())["de1"] = "de";
                              auto status = writer.Put(list, "put");
                              if (!status.ok()) return status;
                              EXPECT_THAT((*CodesIn<testing::Codes>(writer))->WithAncestors("de1"),
                                          ElementsAre("de1", "de"));
                              return writer.Put(MakeClub("a", {"de1"}), "put");
                            }),
              IsOk());
  EXPECT_THAT(Codes("clubs/a"), ElementsAre("de", "de1"));
  MustPut(MakeClub("b", {"de1"}));
  EXPECT_THAT(Codes("clubs/b"), ElementsAre("de", "de1"));
}

TEST_P(DerivationTest, ARefusedChangeOfCodesIsForgotten) {
  MustPut(MakeClub("a", {"x"}));
  EXPECT_THAT(store_->Write(MakeCall(),
                            [](Writer& writer) -> absl::Status {
                              CodeList list;
                              list.set_name("codeLists/c");
                              (*list.mutable_parents())["x"] = "y";
                              EXPECT_THAT(writer.Put(list, "put"), IsOk());
                              EXPECT_THAT(CodesIn<testing::Codes>(writer), IsOk());
                              return absl::CancelledError("no");
                            }),
              StatusIs(absl::StatusCode::kCancelled));
  MustPut(MakeClub("b", {"x"}));
  EXPECT_THAT(Codes("clubs/b"), ElementsAre("x"));
}

TEST_P(DerivationTest, CodesOfAnotherProcessAreNoticed) {
  MustPut(MakeClub("a", {"x"}));
  const auto other = store::Store::Open(*database_, testing::ClubRegistry(), clock_, random_);
  CodeList list;
  list.set_name("codeLists/c");
  (*list.mutable_parents())["x"] = "y";
  ASSERT_THAT((*other)->Write(MakeCall(), [&](Writer& w) { return w.Put(list, "put"); }), IsOk());
  MustPut(MakeClub("b", {"x"}));
  EXPECT_THAT(Codes("clubs/b"), ElementsAre("x", "y"));
}

TEST_P(DerivationTest, ChangedCodesAreSpreadInQuietPages) {
  OpenWith({.refresh_page = 2});
  RefreshAll();
  for (const char* id : {"a", "b", "c"}) {
    MustPut(MakeClub(id, {"x"}));
    MustPut(MakePost(id, {absl::StrCat("clubs/", id)}));
  }
  EXPECT_EQ(*store_->Refresh(), false);
  PutCodes({{"x", "y"}});
  const Revision before = *store_->revision();
  EXPECT_THAT(Codes("clubs/a"), ElementsAre("x"));
  int pages = 0;
  while (*store_->Refresh()) ++pages;
  EXPECT_GE(pages, 3);
  for (const char* name : {"clubs/a", "clubs/c", "posts/b"}) {
    EXPECT_THAT(Codes(name), ElementsAre("x", "y")) << name;
  }
  for (const Change& change : Log({before, INT64_MAX})) {
    EXPECT_EQ(change.kind, kFactsRefreshed);
    EXPECT_EQ(change.cause, "projection");
    EXPECT_TRUE(change.quiet);
  }
  const Revision after = *store_->revision();
  EXPECT_EQ(*store_->Refresh(), false);
  EXPECT_EQ(*store_->revision(), after);
}

TEST_P(DerivationTest, ChangedCodesGetPastATargetWithAsManyLinksAsThereMayBe) {
  OpenWith({.fan_out_limit = 3});
  RefreshAll();
  MustPut(MakeClub("a", {"x"}));
  for (int i = 0; i < 3; ++i) MustPut(MakePost(absl::StrCat(i), {"clubs/a"}));
  PutCodes({{"x", "y"}});
  RefreshAll();
  for (const char* name : {"clubs/a", "posts/0", "posts/1", "posts/2"}) {
    EXPECT_THAT(Codes(name), ElementsAre("x", "y")) << name;
  }
}

TEST_P(DerivationTest, ANewProjectionVersionLooksAtEverythingAndChangesOnlyWhatDiffers) {
  MustPut(MakeClub("a", {"x"}));
  RefreshAll();
  OpenAs(/*version=*/2);
  int pages = 0;
  while (*store_->Refresh()) ++pages;
  EXPECT_GE(pages, 1);
  EXPECT_EQ(*store_->revision(), Revision{1});
  OpenAs(/*version=*/2);
  EXPECT_EQ(*store_->Refresh(), false);
}

TEST_P(DerivationTest, MaintenanceSpreadsChangedCodes) {
  const store::Maintenance maintenance(*store_, clock_, random_);
  MustPut(MakeClub("a", {"x"}));
  PutCodes({{"x", "y"}});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (Codes("clubs/a").size() != 2 && std::chrono::steady_clock::now() < deadline) {
    clock_.Advance(absl::Seconds(1));
    std::this_thread::yield();
  }
  EXPECT_THAT(Codes("clubs/a"), ElementsAre("x", "y"));
}

}  // namespace
}  // namespace clusterwire::facts
