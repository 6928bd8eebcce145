// Partners for a request and for a profile, by the index.
#include "services/catalogue/resources/partnering/partner_ranking.h"

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/resources/partnering/partner_request_rules.h"
#include "services/catalogue/search/applier.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PartnerRankingTest : public ::testing::Test {
 protected:
  std::string New(const std::string& title, const std::string& country, const std::string& sector,
                  const std::string& language = "en") {
    v1::Cluster cluster = world_.GoodCluster(title);
    cluster.set_country(country);
    cluster.clear_seat();
    cluster.clear_regions();
    cluster.clear_sectors();
    cluster.add_sectors(sector);
    cluster.clear_languages();
    cluster.add_languages(language);
    const auto created = world_.Of<Clusters>().Create(world_.AsOperator(), "", cluster, "");
    EXPECT_THAT(created, IsOk());
    return created->name();
  }
  // The index as it stands now.
  search::Published Index() {
    search::Index index;
    const auto applier =
        StartApplier(*world_.store, index, Clock::System(), world_.random, metrics_);
    EXPECT_THAT(applier, IsOk());
    return *index.Current();
  }
  absl::StatusOr<v1::RankPartnersResponse> Ask(
      const std::string& name, int page_size = 0,
      const filter::Viewer& viewer = filter::Viewer::Public()) {
    v1::RankPartnersRequest request;
    request.set_name(name);
    request.set_page_size(page_size);
    return RankPartners(world_.Read(viewer), *world_.store, Index(), request);
  }
  static std::vector<std::string> NamesIn(const v1::RankPartnersResponse& response) {
    std::vector<std::string> names;
    for (const auto& partner : response.partners()) names.push_back(partner.facts().name());
    return names;
  }

  World world_{"2024-06-01"};
  telemetry::Metrics metrics_;
  const std::string asker_ = New("Hamburg Health", "DE", "esca:health");
  const std::string lyon_ = New("Lyon Health", "FR", "esca:health");
  const std::string athens_ = New("Athens ICT", "GR", "esca:ict", "el");
  const std::string berlin_ = New("Berlin Health", "DE", "esca:health");
};

TEST_F(PartnerRankingTest, ARequestFindsThoseThatFitBestFirstWithTheirReasons) {
  v1::PartnerRequest request;
  request.set_owner(asker_);
  request.set_title("Hydrogen");
  request.set_kind(v1::PartnerRequest::KIND_PROJECT);
  request.set_sought("Somebody.");
  request.add_sectors("esca:health");
  request.add_regions("iso:FR");
  request.set_state(v1::PartnerRequest::STATE_OPEN);
  const auto created = world_.Of<PartnerRequests>().Create(world_.As(asker_), "", request, "");
  ASSERT_THAT(created, IsOk());
  const auto ranked = Ask(created->name());
  ASSERT_THAT(ranked, IsOk());
  EXPECT_THAT(NamesIn(*ranked), ElementsAre(lyon_, berlin_));
  EXPECT_GT(ranked->partners(0).score(), ranked->partners(1).score());
  EXPECT_EQ(ranked->compared(), 3);
  EXPECT_THAT(ranked->partners(0).reasons(0).text().en(), HasSubstr("works in 1 of 1 fields"));
  EXPECT_THAT(ranked->filter().regions(), ElementsAre("iso:FR"));
}

TEST_F(PartnerRankingTest, AProfileFindsThoseOfItsFieldAbroadFirst) {
  const auto ranked = Ask(asker_);
  ASSERT_THAT(ranked, IsOk());
  EXPECT_THAT(NamesIn(*ranked), ElementsAre(lyon_, berlin_, athens_));
  EXPECT_THAT(NamesIn(*Ask(asker_, 1)), ElementsAre(lyon_));
}

TEST_F(PartnerRankingTest, WhatTheViewerDoesNotSeeIsNeitherRankedNorRankedFor) {
  v1::Cluster draft = world_.GoodCluster("Draft Health");
  draft.set_state(v1::Cluster::STATE_DRAFT);
  ASSERT_THAT(world_.Of<Clusters>().Create(world_.AsOperator(), "", draft, "draft"), IsOk());
  EXPECT_EQ(Ask(asker_)->partners_size(), 3);
  EXPECT_EQ(Ask(asker_, 0, filter::Viewer::Operator())->partners_size(), 3)
      << "a draft is no partner for an operator either";
  EXPECT_THAT(Ask("clusters/draft"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Ask("clusters/none"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Ask("events/none"), HasFieldError("name"));
  EXPECT_THAT(Ask(asker_, -1), HasFieldError("page_size"));
}

}  // namespace
}  // namespace clusterwire::catalogue
