#include "services/catalogue/search/applier.h"

#include <gmock/gmock.h>

#include "libs/base/testing/eventually.h"
#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ApplierTest : public ::testing::Test {
 protected:
  // Starts with an empty index, as a process does.
  void Start() {
    applier_.reset();
    index_ = std::make_unique<search::Index>();
    auto applier = StartApplier(*world_.store, *index_, Clock::System(), world_.random, metrics_);
    ASSERT_THAT(applier, IsOk());
    applier_ = *std::move(applier);
  }
  // What the public finds at `revision`.
  std::vector<std::string> Clusters(int64_t revision) {
    EXPECT_TRUE(Eventually([&] { return index_->Current()->revision >= revision; }));
    const auto published = index_->Current();
    type::v1::Filter filter;
    filter.add_types("cluster");
    const auto predicate = filter::Predicate::Compile(filter, filter::Viewer::Public());
    std::vector<std::string> names;
    const auto page = published->snapshot->Search(*predicate, {});
    EXPECT_THAT(page, IsOk());
    for (const search::Hit& hit : page->hits) names.push_back(hit.facts.name());
    return names;
  }
  int64_t Newest() { return world_.store->revision()->value; }

  World world_;
  telemetry::Metrics metrics_;
  std::unique_ptr<search::Index> index_;
  std::unique_ptr<store::Tailer> applier_;
};

TEST_F(ApplierTest, AWriteIsFoundAtItsRevisionAndADeletedResourceNoLonger) {
  ASSERT_NO_FATAL_FAILURE(Start());
  const v1::Cluster cluster = world_.NewCluster();
  EXPECT_THAT(Clusters(cluster.revision()), ElementsAre(cluster.name()));
  ASSERT_THAT(world_.Of<catalogue::Clusters>().Delete(world_.AsOperator(), cluster.name(), ""),
              IsOk());
  EXPECT_THAT(Clusters(Newest()), IsEmpty());
  EXPECT_THAT(applier_->status(), IsOk());
}

TEST_F(ApplierTest, ADraftIsFoundOncePublished) {
  ASSERT_NO_FATAL_FAILURE(Start());
  v1::Cluster draft = world_.GoodCluster("Draft");
  draft.set_state(v1::Cluster::STATE_DRAFT);
  ASSERT_THAT(world_.Of<catalogue::Clusters>().Create(world_.AsOperator(), "", draft, ""), IsOk());
  EXPECT_THAT(Clusters(Newest()), IsEmpty());
  ASSERT_THAT(world_.Of<catalogue::Clusters>().Publish(world_.AsOperator(), "clusters/draft", ""),
              IsOk());
  EXPECT_THAT(Clusters(Newest()), ElementsAre("clusters/draft"));
}

TEST_F(ApplierTest, AStartReadsEverythingAndGoesOnFromThere) {
  world_.NewCluster("A");
  const v1::Cluster gone = world_.NewCluster("Gone");
  ASSERT_THAT(world_.Of<catalogue::Clusters>().Delete(world_.AsOperator(), gone.name(), ""),
              IsOk());
  ASSERT_NO_FATAL_FAILURE(Start());
  EXPECT_EQ(index_->Current()->revision, Newest());
  EXPECT_THAT(Clusters(0), ElementsAre("clusters/a"));
  world_.NewCluster("B");
  EXPECT_THAT(Clusters(Newest()), ElementsAre("clusters/a", "clusters/b"));
}

}  // namespace
}  // namespace clusterwire::catalogue
