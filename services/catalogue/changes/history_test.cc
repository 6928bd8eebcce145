#include "services/catalogue/changes/history.h"

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/base/time/date.h"
#include "libs/change/record.h"
#include "services/catalogue/changes/record.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/resources/memberships/membership_rules.h"
#include "services/catalogue/resources/taxonomies/taxonomy_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HistoryTest : public ::testing::Test {
 protected:
  HistoryTest() {
    query_.viewer = filter::Viewer::Operator();
    query_.after = store::EndOf(*world_.store->revision());
    query_.limit = 1000;
  }

  std::vector<change::v1::ResourceChanged> List() {
    const auto page = history_.List(query_);
    EXPECT_THAT(page, IsOk());
    EXPECT_FALSE(page->next);
    return page->changes;
  }
  std::vector<std::string> Kinds() {
    std::vector<std::string> kinds;
    for (const auto& change : List()) kinds.push_back(change.kind());
    return kinds;
  }
  v1::Label Award(const std::string& cluster, const std::string& level) {
    v1::Label label;
    label.set_scheme("labelSchemes/ecei");
    label.set_level(level);
    return *world_.Of<Labels>().Award(world_.AsOperator(), cluster, label, "");
  }

  World world_{"2024-06-01"};
  const History history_{*world_.store};
  HistoryQuery query_;
};

TEST_F(HistoryTest, ARecordHasTheFactsBeforeAndAfterAndTheResource) {
  const v1::Cluster cluster = world_.NewCluster();
  v1::Cluster changed = cluster;
  changed.set_acronym("SiSa");
  ASSERT_THAT(world_.Of<Clusters>().Update(world_.AsOperator(), changed, {}), IsOk());
  const auto change = List().back();
  EXPECT_EQ(change.history_id(), *world_.store->history());
  EXPECT_EQ(change.revision(), world_.store->revision()->value);
  EXPECT_EQ(change.ordinal(), 1);
  EXPECT_EQ(change.kind(), "cluster.updated");
  EXPECT_THAT(change.before().names(), IsEmpty());
  EXPECT_THAT(change.after().names(), ElementsAre("SiSa"));
  EXPECT_EQ(change.cluster().acronym(), "SiSa");
}

TEST_F(HistoryTest, WhoWroteIsSaidToOperatorsAndToTheOwnersOfWhatWasWritten) {
  const v1::Cluster cluster = world_.NewCluster();
  Award(cluster.name(), "gold");
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), cluster.name(), ""), IsOk());
  ASSERT_THAT(world_.Of<Clusters>().Undelete(world_.AsOperator(), cluster.name(), ""), IsOk());
  const auto actors = [&](filter::Viewer viewer) {
    query_.viewer = std::move(viewer);
    query_.filter.add_names(cluster.name());
    const auto page = history_.List(query_);
    std::map<std::string, std::set<std::string>> by_name;
    EXPECT_EQ(page->changes.size(), page->actors.size());
    for (size_t i = 0; i < page->changes.size(); ++i) {
      by_name[page->changes[i].name() == cluster.name() ? "cluster" : "label"].insert(
          page->actors[i]);
    }
    return by_name;
  };
  using Actors = std::map<std::string, std::set<std::string>>;
  EXPECT_EQ(actors(filter::Viewer::Operator()),
            (Actors{{"cluster", {"operator"}}, {"label", {"operator"}}}));
  EXPECT_EQ(actors(filter::Viewer::Public()), (Actors{{"cluster", {""}}, {"label", {""}}}));
  EXPECT_EQ(actors(filter::Viewer::As("clusters/other")),
            (Actors{{"cluster", {""}}, {"label", {""}}}));
  // A label is its scheme's. Who acted on another resource, from which this followed, is not said.
  EXPECT_EQ(actors(filter::Viewer::As(cluster.name())),
            (Actors{{"cluster", {"", "operator"}}, {"label", {""}}}));
  EXPECT_EQ(actors(filter::Viewer::As("labelSchemes/ecei")),
            (Actors{{"cluster", {""}}, {"label", {"", "operator"}}}));
  filter::Viewer editor = filter::Viewer::As(cluster.name());
  editor.owns.clear();
  EXPECT_EQ(actors(editor), (Actors{{"cluster", {""}}, {"label", {""}}}));
}

TEST_F(HistoryTest, ADeletionHasNoAfterAndNoResource) {
  const v1::Cluster cluster = world_.NewCluster();
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), cluster.name(), ""), IsOk());
  const auto change = List().back();
  EXPECT_EQ(change.kind(), "cluster.deleted");
  EXPECT_TRUE(change.has_before());
  EXPECT_FALSE(change.has_after());
  EXPECT_EQ(change.resource_case(), change::v1::ResourceChanged::RESOURCE_NOT_SET);
}

TEST_F(HistoryTest, WhatChangesWithAnotherResourceNamesItAsTheCause) {
  const v1::Cluster cluster = world_.NewCluster();
  const v1::Label label = Award(cluster.name(), "gold");
  const auto change = List().back();
  EXPECT_EQ(change.kind(), "facts.refreshed");
  EXPECT_EQ(change.name(), cluster.name());
  EXPECT_EQ(change.cause(), label.name());
  EXPECT_FALSE(change.cause_title().empty());
  EXPECT_EQ(change.revision(), label.revision());
  EXPECT_EQ(change.ordinal(), 2);
  EXPECT_TRUE(change.has_cluster());
}

TEST_F(HistoryTest, ACauseThatIsNoResourceOrNoneAnyMoreHasNoTitle) {
  CauseTitles titles(*world_.store);
  for (const char* cause : {"projection", "clusters/gone"}) {
    change::v1::ResourceChanged change;
    change.set_cause(cause);
    EXPECT_THAT(titles.AddTo(&change), IsOk());
    EXPECT_EQ(change.cause_title(), "");
  }
}

// No resource is its cause. The relay sends it, and all behind it, by the same words.
TEST_F(HistoryTest, WhatAListOfCodesChangesIsTold) {
  const v1::Cluster cluster = world_.NewCluster();
  auto list = world_.Get<v1::Taxonomy>("taxonomies/nuts");
  for (v1::TaxonomyCode& code : *list.mutable_codes()) code.set_title(code.title() + " anew");
  ASSERT_THAT(world_.Of<Taxonomies>().Update(world_.AsOperator(), list, {}), IsOk());
  while (*world_.store->Refresh()) {
  }
  const auto changes = List();
  ASSERT_FALSE(changes.empty());
  EXPECT_EQ(changes.back().kind(), "facts.refreshed");
  EXPECT_EQ(changes.back().cause(), "projection");
  EXPECT_EQ(changes.back().cause_title(), "");
}

TEST_F(HistoryTest, ThePublicSeesADraftFromItsPublicationOnAndNothingBefore) {
  v1::Cluster draft = world_.GoodCluster("Draft");
  draft.set_state(v1::Cluster::STATE_DRAFT);
  ASSERT_THAT(world_.Of<Clusters>().Create(world_.AsOperator(), "", draft, ""), IsOk());
  query_.viewer = filter::Viewer::Public();
  EXPECT_THAT(List(), IsEmpty());
  ASSERT_THAT(world_.Of<Clusters>().Publish(world_.AsOperator(), "clusters/draft", ""), IsOk());
  const auto seen = List();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].kind(), "cluster.published");
  EXPECT_FALSE(seen[0].has_before());
  EXPECT_EQ(seen[0].cluster().title(), "Draft");
  query_.viewer = filter::Viewer::As("clusters/draft");
  EXPECT_THAT(Kinds(), ElementsAre("cluster.created", "cluster.published"));
}

TEST_F(HistoryTest, AFilterMatchesWhatWasBeforeOrWhatIsAfter) {
  v1::Cluster cluster = world_.NewCluster();
  cluster.set_sectors(0, "esca:health");
  cluster = *world_.Of<Clusters>().Update(world_.AsOperator(), cluster, {});
  cluster.set_acronym("H");
  ASSERT_THAT(world_.Of<Clusters>().Update(world_.AsOperator(), cluster, {}), IsOk());
  query_.filter.add_sectors("esca:ict");
  EXPECT_THAT(Kinds(), ElementsAre("cluster.created", "cluster.updated"));
}

// However the changes of a name are found, they are those that the filter means.
TEST_F(HistoryTest, TheChangesOfANameAreThoseThatTheFilterMatchesInTheWholeLog) {
  const v1::Cluster a = world_.NewCluster("A");
  const v1::Cluster b = world_.NewCluster("B");
  Award(a.name(), "gold");
  v1::Membership membership;
  membership.set_cluster(a.name());
  membership = *world_.Of<Memberships>().Create(world_.AsOperator(), "programmes/go-cluster",
                                                membership, "m");
  Award(b.name(), "silver");
  ASSERT_THAT(world_.Of<Memberships>().Delete(world_.AsOperator(), membership.name(), ""), IsOk());
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), b.name(), ""), IsOk());
  const auto all = List();
  const std::vector<std::vector<std::string>> asked = {{a.name()},
                                                       {b.name()},
                                                       {"programmes/go-cluster"},
                                                       {membership.name(), b.name()},
                                                       {"clusters/nothing"}};
  for (const std::vector<std::string>& names : asked) {
    query_.filter.clear_names();
    for (const std::string& name : names) query_.filter.add_names(name);
    const auto wanted = *filter::Predicate::Compile(query_.filter, query_.viewer);
    std::vector<std::string> expected;
    for (const auto& change : all) {
      if ((change.has_before() && wanted.Matches(change.before())) ||
          (change.has_after() && wanted.Matches(change.after()))) {
        expected.push_back(change.ShortDebugString());
      }
    }
    std::vector<std::string> found;
    for (const auto& change : List()) found.push_back(change.ShortDebugString());
    EXPECT_EQ(found, expected) << names.front();
    EXPECT_EQ(found.empty(), names.front() == "clusters/nothing");
  }
}

// Lists page by page, each call going on from what the one before answered, while others write.
TEST_F(HistoryTest, WhoGoesOnFromTheRevisionOfAnAnswerMissesNothing) {
  std::vector<std::string> followed;
  query_.limit = 2;
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i <= round; ++i) {
      Award(world_.NewCluster(absl::StrCat("R", round, i)).name(),
            "gold");  // a write of two changes
    }
    while (true) {
      const auto page = history_.List(query_);
      ASSERT_THAT(page, IsOk());
      EXPECT_EQ(page->history, *world_.store->history());
      for (const auto& change : page->changes) followed.push_back(change::IdOf(change));
      if (!page->next) {
        EXPECT_EQ(page->through, *world_.store->revision());
        query_.after = store::EndOf(page->through);
        break;
      }
      // A reader may stop at any page: what it gives as its revision loses nothing.
      query_.after = store::EndOf(page->through);
      const auto again = history_.List(query_);
      ASSERT_THAT(again, IsOk());
      ASSERT_FALSE(again->changes.empty());
      EXPECT_LE(again->changes[0].revision(), page->changes.back().revision());
      query_.after = *page->next;
    }
  }
  query_.after = store::EndOf({world_.store->revision()->value - static_cast<int64_t>(20)});
  query_.limit = 1000;
  std::vector<std::string> all;
  for (const auto& change : List()) all.push_back(change::IdOf(change));
  EXPECT_EQ(followed, all) << "ten clusters, and as many awards";
}

TEST_F(HistoryTest, AnotherHistoryIsSaidToWhoGoesOn) {
  query_.history = *world_.store->history();
  EXPECT_THAT(history_.List(query_), IsOk());
  ASSERT_THAT(world_.store->StartNewHistory(query_.after), IsOk());
  EXPECT_THAT(history_.List(query_), ReasonIs("HISTORY_CHANGED"));
  EXPECT_THAT(history_.List(query_), StatusIs(absl::StatusCode::kOutOfRange));
}

TEST_F(HistoryTest, KindsAndTimesNarrowTheList) {
  const v1::Cluster cluster = world_.NewCluster();
  world_.SetToday("2024-06-02");
  Award(cluster.name(), "gold");
  query_.kinds = {"label.awarded", "cluster.created"};
  EXPECT_THAT(Kinds(), ElementsAre("cluster.created", "label.awarded"));
  query_.start = StartOf(*ParseDate("2024-06-02"), "UTC");
  EXPECT_THAT(Kinds(), ElementsAre("label.awarded"));
  query_.end = std::exchange(query_.start, absl::InfinitePast());
  EXPECT_THAT(Kinds(), ElementsAre("cluster.created"));
}

TEST_F(HistoryTest, AnUnknownKindAndABadFilterAreNamed) {
  query_.kinds = {"label.awarded", "label.eaten"};
  EXPECT_THAT(history_.List(query_), HasFieldError("kinds[1]"));
  query_.kinds.clear();
  query_.filter.add_regions("Saxony");
  EXPECT_THAT(history_.List(query_), HasFieldError("filter.regions[0]"));
}

TEST_F(HistoryTest, TheLatestOfEachResourceIsTheLatestThatIsSelected) {
  v1::Cluster a = world_.NewCluster("A");
  world_.NewCluster("B");
  a.set_acronym("1");
  a = *world_.Of<Clusters>().Update(world_.AsOperator(), a, {});
  a.set_acronym("2");
  ASSERT_THAT(world_.Of<Clusters>().Update(world_.AsOperator(), a, {}), IsOk());
  query_.latest_per_resource = true;
  EXPECT_THAT(Kinds(), ElementsAre("cluster.created", "cluster.updated"));
  EXPECT_EQ(List().back().cluster().acronym(), "2");
  query_.kinds = {"cluster.created"};
  EXPECT_THAT(Kinds(), ElementsAre("cluster.created", "cluster.created"));
}

TEST_F(HistoryTest, LookingForTheLatestEndsAPageLikeAnyLooking) {
  v1::Cluster a = world_.NewCluster("A");
  world_.NewCluster("B");
  for (int i = 0; i < 40; ++i) {
    a.set_acronym(absl::StrCat(i));
    a = *world_.Of<Clusters>().Update(world_.AsOperator(), a, {});
  }
  query_.latest_per_resource = true;
  query_.kinds = {"cluster.created"};
  const History brief(*world_.store, /*scan_limit=*/30);
  std::vector<std::string> names;
  int pages = 0;
  for (bool more = true; more; ++pages) {
    ASSERT_LT(pages, 10);
    const auto page = brief.List(query_);
    ASSERT_THAT(page, IsOk());
    for (const auto& change : page->changes) names.push_back(change.name());
    more = page->next.has_value();
    if (more) query_.after = *page->next;
  }
  EXPECT_THAT(names, ElementsAre("clusters/a", "clusters/b"));
  EXPECT_EQ(pages, 3) << "the first one's later changes fill a page, the rest of the log the next";
}

TEST_F(HistoryTest, PagesTogetherAreTheWholeList) {
  for (const char* title : {"A", "B", "C"}) Award(world_.NewCluster(title).name(), "gold");
  const auto all = List();
  ASSERT_EQ(all.size(), 9u);
  query_.limit = 2;
  std::vector<std::string> paged;
  for (int pages = 0;; ++pages) {
    ASSERT_LT(pages, 10);
    const auto page = history_.List(query_);
    ASSERT_THAT(page, IsOk());
    for (const auto& change : page->changes) paged.push_back(change.SerializeAsString());
    if (!page->next) break;
    query_.after = *page->next;
  }
  ASSERT_EQ(paged.size(), all.size());
  for (size_t i = 0; i < all.size(); ++i) EXPECT_EQ(paged[i], all[i].SerializeAsString());
}

TEST_F(HistoryTest, AfterACompactionTheListBeginsWhereTheLogDoes) {
  v1::Cluster cluster = world_.NewCluster();
  const store::Revision first = *world_.store->revision();
  cluster.set_acronym("1");
  cluster = *world_.Of<Clusters>().Update(world_.AsOperator(), cluster, {});
  world_.clock.Advance(absl::Hours(1));
  ASSERT_THAT(world_.store->Compact(world_.clock.Now()), IsOk());
  cluster.set_acronym("2");
  ASSERT_THAT(world_.Of<Clusters>().Update(world_.AsOperator(), cluster, {}), IsOk());
  query_.after = {};
  EXPECT_THAT(Kinds(), ElementsAre("cluster.updated"));
  query_.after = store::EndOf({first.value - 1});
  EXPECT_THAT(history_.List(query_), ReasonIs("REVISION_COMPACTED"));
}

}  // namespace
}  // namespace clusterwire::catalogue
