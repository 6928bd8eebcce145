// Names that may be those of one organisation.
#include "services/catalogue/resources/clusters/duplicates.h"

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/resources/clusters/similar_names.h"
#include "services/catalogue/search/applier.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(SimilarNamesTest, CaseAccentsLegalFormAndOrderOfWordsAreGone) {
  for (const char* same :
       {"Hamburg Aviation", "HAMBURG AVIATION e.V.", "Aviation Hamburg e. V.",
        "Hamburg-Aviation GmbH", "hamburg aviation gGmbH", "Hambúrg Aviation asbl",
        "Hamburg Aviation A.S.B.L.", "The Hamburg Aviation"}) {
    EXPECT_EQ(FoldedName(same), "aviation hamburg") << same;
  }
  EXPECT_EQ(FoldedName("Münchner Kreis"), FoldedName("Muenchner Kreis e.V."));
  for (const char* same :
       {"Łódź IT Sp. z o.o.", "IT Lodz A.Ş.", "Lodz IT GmbH & Co. KG", "lodz it OÜ"}) {
    EXPECT_EQ(FoldedName(same), "it lodz") << same;
  }
  EXPECT_EQ(FoldedName("Food & Health"), FoldedName("Health und Food"));
  EXPECT_NE(FoldedName("Hamburg Aviation"), FoldedName("Bremen Aviation"));
  EXPECT_EQ(FoldedName("e.V."), "ev") << "what is nothing else is kept";
  EXPECT_EQ(FoldedName("…"), "");
}

class DuplicatesTest : public ::testing::Test {
 protected:
  void New(const std::string& title, const std::string& id,
           v1::Cluster::State state = v1::Cluster::STATE_PUBLISHED) {
    v1::Cluster cluster = world_.GoodCluster(title);
    cluster.set_state(state);
    ASSERT_THAT(world_.Of<Clusters>().Create(world_.AsOperator(), "", cluster, id), IsOk());
  }
  // The index as it stands now.
  search::Published Index() {
    search::Index index;
    const auto applier =
        StartApplier(*world_.store, index, Clock::System(), world_.random, metrics_);
    EXPECT_THAT(applier, IsOk());
    return *index.Current();
  }
  absl::StatusOr<v1::FindDuplicatesResponse> Find(
      const v1::FindDuplicatesRequest& request,
      const filter::Viewer& viewer = filter::Viewer::Public()) {
    return FindDuplicates(world_.Read(viewer), *world_.store, Index(), tokens_, request);
  }
  static std::vector<std::string> NamesIn(const v1::DuplicateGroup& group) {
    std::vector<std::string> names;
    for (const auto& one : group.clusters()) names.push_back(one.name());
    return names;
  }

  World world_{"2024-06-01"};
  telemetry::Metrics metrics_;
  const rpc::TokenSealer tokens_{std::string(16, 'k')};
};

TEST_F(DuplicatesTest, ANewEntryIsToldOfThoseOfASimilarNameThatItsCreatorSees) {
  New("Hamburg Aviation e.V.", "b");
  New("Aviation Hamburg", "hidden", v1::Cluster::STATE_DRAFT);
  v1::Cluster created = world_.GoodCluster("HAMBURG AVIATION");
  created.set_name("clusters/a");
  ASSERT_THAT(NoteSimilar(filter::Viewer::Public(), *Index().snapshot, &created), IsOk());
  EXPECT_THAT(created.notes(), ElementsAre(AllOf(HasSubstr("'Hamburg Aviation e.V.' (clusters/b)"),
                                                 ::testing::Not(HasSubstr("hidden")))));
  v1::Cluster other = world_.GoodCluster("Bremen Aviation");
  ASSERT_THAT(NoteSimilar(filter::Viewer::Public(), *Index().snapshot, &other), IsOk());
  EXPECT_THAT(other.notes(), IsEmpty());
}

TEST_F(DuplicatesTest, GroupsAreToldOnceAndPageByPage) {
  New("Hamburg Aviation", "a");
  New("Silicon Saxony", "b");
  New("Aviation Hamburg GmbH", "c");
  New("Saxony Silicon", "d");
  v1::FindDuplicatesRequest request;
  const auto all = Find(request);
  ASSERT_THAT(all, IsOk());
  ASSERT_EQ(all->groups_size(), 2);
  EXPECT_THAT(NamesIn(all->groups(0)), ElementsAre("clusters/a", "clusters/c"));
  EXPECT_EQ(all->groups(0).folded(), "aviation hamburg");
  EXPECT_EQ(all->groups(0).clusters(0).country(), "DE");
  request.set_page_size(1);
  int groups = 0;
  int pages = 0;
  do {
    const auto page = Find(request);
    ASSERT_THAT(page, IsOk());
    groups += page->groups_size();
    request.set_page_token(page->next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(groups, 2);
  EXPECT_GE(pages, 4);
}

TEST_F(DuplicatesTest, OfOneClusterOrOfATitleThatIsNotThereYet) {
  New("Hamburg Aviation", "a");
  New("Aviation Hamburg GmbH", "c");
  v1::FindDuplicatesRequest request;
  request.set_name("clusters/c");
  EXPECT_THAT(NamesIn(Find(request)->groups(0)), ElementsAre("clusters/a", "clusters/c"));
  request.Clear();
  request.set_title("hamburg aviation ev");
  EXPECT_EQ(Find(request)->groups(0).clusters_size(), 2);
  request.set_title("Nothing Like It");
  EXPECT_EQ(Find(request)->groups_size(), 0);
}

TEST_F(DuplicatesTest, WhatIsWrongIsNamed) {
  New("Hidden", "hidden", v1::Cluster::STATE_DRAFT);
  v1::FindDuplicatesRequest request;
  request.set_name("clusters/hidden");
  EXPECT_THAT(Find(request), StatusIs(absl::StatusCode::kNotFound));
  request.set_name("hidden");
  request.set_title("x");
  request.set_page_size(-1);
  EXPECT_THAT(Find(request),
              AllOf(HasFieldError("name"), HasFieldError("title"), HasFieldError("page_size")));
}

}  // namespace
}  // namespace clusterwire::catalogue
