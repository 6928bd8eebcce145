// The register as of a day: lists of labels and memberships by the dates of their records.
#include <gmock/gmock.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/some_date.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/time/date.h"
#include "libs/filter/predicate.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/resources/memberships/membership_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kProgramme[] = "programmes/go-cluster";

class AsOfTest : public ::testing::Test {
 protected:
  std::string Award(const std::string& cluster, const std::string& id, const std::string& awarded,
                    const std::string& valid_until, const std::string& announced = "") {
    v1::Label label;
    label.set_scheme("labelSchemes/ecei");
    label.set_level("silver");
    label.set_awarded(awarded);
    label.set_announced(announced);
    label.set_valid_until(valid_until);
    const auto made = world_.Of<Labels>().Award(call_, cluster, label, id);
    EXPECT_THAT(made, IsOk());
    return made.ok() ? made->name() : "";
  }
  std::string Join(const std::string& cluster, const std::string& id, const std::string& start,
                   const std::string& end, bool draft = false) {
    v1::Membership membership;
    membership.set_cluster(cluster);
    membership.mutable_period()->set_start(start);
    membership.mutable_period()->set_end(end);
    if (draft) membership.set_state(v1::Membership::STATE_DRAFT);
    const auto made = world_.Of<Memberships>().Create(call_, kProgramme, membership, id);
    EXPECT_THAT(made, IsOk());
    return made.ok() ? made->name() : "";
  }
  // All pages of a few, in order: the names, those that aren't known with a question mark.
  template <typename Kind>
  std::vector<std::string> On(const char* day, const std::string& parent,
                              const filter::Viewer& viewer = filter::Viewer::Operator(),
                              int limit = 2) {
    ListQuery query{.parent = parent, .limit = limit};
    query.as_of = ParseDate(day)->first;
    std::vector<std::string> names;
    do {
      const auto page = world_.Of<Kind>().List(world_.Read(viewer), query);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) break;
      for (size_t i = 0; i < page->resources.size(); ++i) {
        names.push_back(
            absl::StrCat(page->resources[i].name(), page->unknown[i].empty() ? "" : "?"));
      }
      query.after = page->next;
    } while (!query.after.empty());
    return names;
  }
  std::vector<std::string> LabelsOn(const char* day,
                                    const filter::Viewer& viewer = filter::Viewer::Operator()) {
    return On<Labels>(day, "clusters/-", viewer);
  }
  std::vector<std::string> MembersOn(const char* day,
                                     const filter::Viewer& viewer = filter::Viewer::Operator()) {
    return On<Memberships>(day, "programmes/-", viewer);
  }

  World world_{"2024-06-01"};
  const WriteCall call_ = world_.AsOperator();
  std::string cluster_ = world_.NewCluster("Alpha").name();
};

TEST_F(AsOfTest, LabelsOfADayAreThoseThatHeldThenWheneverTheyWereTypedIn) {
  const std::string early = Award(cluster_, "early", "2012-05-01", "2014-05-31");
  const std::string later = Award(cluster_, "later", "2015-02-01", "2017-02-28");
  const std::string open = Award(cluster_, "open", "2015-02-01", "");
  EXPECT_THAT(LabelsOn("2012-04-30"), IsEmpty());
  EXPECT_THAT(LabelsOn("2014-05-31"), ElementsAre(early));
  EXPECT_THAT(LabelsOn("2016-01-01"), ElementsAre(later, absl::StrCat(open, "?")));
  EXPECT_THAT(On<Labels>("2016-01-01", cluster_), ElementsAre(later, absl::StrCat(open, "?")));
}

TEST_F(AsOfTest, MembersOfADayAreThoseWhosePeriodTakesItIn) {
  const std::string gone = Join(cluster_, "a-gone", "2012-07-01", "2015-06-30");
  const std::string other = world_.NewCluster("Beta").name();
  const std::string stays = Join(other, "b-stays", "2014", "");
  const std::string third = world_.NewCluster("Gamma").name();
  const std::string undated = Join(third, "c-undated", "", "");
  const std::string fourth = world_.NewCluster("Delta").name();
  const std::string ahead = Join(fourth, "d-ahead", "2024-09-01", "");
  EXPECT_THAT(MembersOn("2015-05-13"), ElementsAre(gone, stays, absl::StrCat(undated, "?")));
  EXPECT_THAT(MembersOn("2014-05-13"),
              ElementsAre(gone, absl::StrCat(stays, "?"), absl::StrCat(undated, "?")));
  EXPECT_THAT(MembersOn("2015-07-01"), ElementsAre(stays, absl::StrCat(undated, "?")));
  EXPECT_THAT(MembersOn("2024-06-01"), ElementsAre(stays, undated)) << "today they are members";
  EXPECT_THAT(MembersOn("2024-06-02"),
              ElementsAre(absl::StrCat(stays, "?"), absl::StrCat(undated, "?")));
  EXPECT_THAT(MembersOn("2024-09-01"),
              ElementsAre(absl::StrCat(stays, "?"), absl::StrCat(undated, "?"), ahead));
}

TEST_F(AsOfTest, NobodyFindsWhatTheyDoNotSeeAndDraftsAreNoMembers) {
  Award(cluster_, "l", "2012", "2020");
  Join(cluster_, "m", "2012", "2020", /*draft=*/true);
  EXPECT_THAT(MembersOn("2015-01-01"), IsEmpty());
  v1::Cluster hidden = world_.GoodCluster("Hidden");
  hidden.set_state(v1::Cluster::STATE_DRAFT);
  const std::string draft = world_.Of<Clusters>().Create(call_, "", hidden, "")->name();
  Award(draft, "l", "2012", "2020");
  EXPECT_EQ(LabelsOn("2015-01-01").size(), 2u);
  EXPECT_EQ(LabelsOn("2015-01-01", filter::Viewer()).size(), 1u);
  ASSERT_THAT(world_.Of<Clusters>().Delete(call_, cluster_, ""), IsOk());
  EXPECT_THAT(LabelsOn("2015-01-01", filter::Viewer()), IsEmpty());
}

TEST_F(AsOfTest, AsOfADayFindsWhatAPeriodOfThatDayFindsButForWhatHasNoPeriodAtAll) {
  SeededRandom dice(TestSeed());
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) {
    const std::string cluster = world_.NewCluster(absl::StrCat("C", i)).name();
    names.push_back(Award(cluster, "l", SomeDate(dice, 2014, 4), SomeDate(dice, 2018, 4)));
    if (dice.Below(4) == 0) {
      v1::RevokeLabelRequest revocation;
      revocation.set_name(names.back());
      revocation.set_revoked("2020-05");
      revocation.set_reason("so it is");
      ASSERT_THAT(world_.Of<Labels>().Revoke(call_, revocation), IsOk());
    }
    names.push_back(Join(cluster, "", SomeDate(dice, 2014, 4), SomeDate(dice, 2018, 4)));
  }
  std::sort(names.begin(), names.end());
  for (absl::CivilDay day(2013, 12, 1); day < absl::CivilDay(2024, 6, 1); day += 97) {
    filter::Filter filter;
    filter.mutable_period()->set_start(FormatDay(day));
    filter.mutable_period()->set_end(FormatDay(day));
    const auto predicate = *filter::Predicate::Compile(filter, filter::Viewer::Operator());
    std::vector<std::string> expected;
    for (const std::string& name : names) {
      const facts::Facts facts = world_.FactsOf(name);
      const bool has_no_period = facts.period().ByteSizeLong() == 0;
      if (predicate.Matches(facts) || has_no_period) expected.push_back(name);
    }
    std::vector<std::string> found = LabelsOn(FormatDay(day).c_str());
    for (const std::string& member : MembersOn(FormatDay(day).c_str())) found.push_back(member);
    for (std::string& name : found) name = name.substr(0, name.find('?'));
    EXPECT_EQ(found, expected) << FormatDay(day);
  }
}

}  // namespace
}  // namespace clusterwire::catalogue
