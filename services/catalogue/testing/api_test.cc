// The services as clients meet them: over gRPC, with metadata, tokens, masks and errors.

#include "absl/time/clock.h"
#include <gmock/gmock.h>

#include "clusterwire/catalogue/v1/search.pb.h"
#include "clusterwire/change/v1/change_service.pb.h"

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/testing/api_bench.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ApiTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::Cluster> Get(const std::string& name, const std::string& view_as = "") {
    v1::GetClusterRequest request;
    request.set_name(name);
    return bench_.Call<v1::Cluster>("ClusterService/GetCluster", request, view_as);
  }
  absl::StatusOr<v1::ListClustersResponse> List(const v1::ListClustersRequest& request,
                                                const std::string& view_as = "") {
    return bench_.Call<v1::ListClustersResponse>("ClusterService/ListClusters", request, view_as);
  }
  v1::CreateClusterRequest Creation(const std::string& title, v1::Cluster::State state) {
    v1::CreateClusterRequest request;
    *request.mutable_cluster() = bench_.world.GoodCluster(title);
    request.mutable_cluster()->set_state(state);
    return request;
  }
  absl::StatusOr<v1::Cluster> Create(const v1::CreateClusterRequest& request) {
    return bench_.Call<v1::Cluster>("ClusterService/CreateCluster", request);
  }
  v1::Cluster Create(const std::string& title,
                     v1::Cluster::State state = v1::Cluster::STATE_PUBLISHED) {
    const auto created = Create(Creation(title, state));
    EXPECT_THAT(created, IsOk());
    return *created;
  }
  // Answered by an index that has all that was written.
  absl::StatusOr<v1::SearchResponse> Search(v1::SearchRequest request,
                                            const std::string& view_as = "") {
    request.set_min_revision(bench_.world.store->revision()->value);
    return bench_.Call<v1::SearchResponse>("SearchService/Search", request, view_as);
  }
  static std::vector<std::string> NamesOf(const v1::SearchResponse& response) {
    std::vector<std::string> names;
    for (const v1::Hit& hit : response.hits()) names.push_back(hit.facts().name());
    return names;
  }
  static v1::SearchRequest ForClusters() {
    v1::SearchRequest request;
    request.mutable_filter()->add_types("cluster");
    return request;
  }

  ApiBench bench_;
};

TEST_F(ApiTest, AReadSaysTheRevisionThatItWasMadeAt) {
  const v1::Cluster cluster = Create("A");
  EXPECT_EQ(Get(cluster.name())->title(), "A");
  EXPECT_EQ(bench_.metadata("clusterwire-revision"), absl::StrCat(cluster.revision()));
}

TEST_F(ApiTest, AMissingNameAndOneOfAnotherFormAreNoMissingResource) {
  EXPECT_THAT(Get(""), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is required")));
  EXPECT_THAT(Get("programmes/go-cluster"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("clusters/{cluster}")));
  EXPECT_THAT(Get("clusters/nobody"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ApiTest, PagesGoOnAndATokenOfAnotherQueryIsRefused) {
  for (const char* title : {"A", "B", "C"}) Create(title);
  v1::ListClustersRequest request;
  request.set_page_size(2);
  const auto first = List(request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->clusters_size(), 2);
  request.set_page_token(first->next_page_token());
  const auto second = List(request);
  ASSERT_THAT(second, IsOk());
  ASSERT_EQ(second->clusters_size(), 1);
  EXPECT_EQ(second->clusters(0).name(), "clusters/c");
  EXPECT_EQ(second->next_page_token(), "");
  request.set_show_deleted(true);
  EXPECT_THAT(List(request), ReasonIs("PAGE_TOKEN_MISMATCH"));
  request.set_page_token("invented");
  EXPECT_THAT(List(request), ReasonIs("PAGE_TOKEN_INVALID"));
  request.clear_page_token();
  request.set_page_size(-1);
  EXPECT_THAT(List(request), HasFieldError("page_size"));
}

TEST_F(ApiTest, ThePublicSeesNoDraftAndItsOwnPeopleDo) {
  Create("Draft", v1::Cluster::STATE_DRAFT);
  EXPECT_THAT(Get("clusters/draft"), IsOk());
  EXPECT_THAT(Get("clusters/draft", "clusters/draft"), IsOk());
  EXPECT_THAT(Get("clusters/draft", "public"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(List({}, "public")->clusters(), IsEmpty());
  EXPECT_THAT(NamesOf(*Search(ForClusters(), "public")), IsEmpty());
  EXPECT_THAT(NamesOf(*Search(ForClusters(), "clusters/draft")), ElementsAre("clusters/draft"));
  v1::ListClustersRequest request;
  request.set_show_deleted(true);
  EXPECT_THAT(List(request, "public"), StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_F(ApiTest, ABatchNamesAllThatAreMissing) {
  Create("A");
  v1::BatchGetClustersRequest request;
  for (const char* name : {"clusters/x", "clusters/a", "clusters/y"}) request.add_names(name);
  const std::string method = "ClusterService/BatchGetClusters";
  EXPECT_THAT(bench_.Call<v1::BatchGetClustersResponse>(method, request),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("clusters/x, clusters/y")));
  request.clear_names();
  EXPECT_THAT(bench_.Call<v1::BatchGetClustersResponse>(method, request), HasFieldError("names"));
  for (int i = 0; i < 101; ++i) request.add_names("clusters/a");
  EXPECT_THAT(bench_.Call<v1::BatchGetClustersResponse>(method, request), HasFieldError("names"));
}

TEST_F(ApiTest, AnUpdateNamesTheFieldsThatItChangesAndAStaleEtagIsAborted) {
  v1::UpdateClusterRequest request;
  *request.mutable_cluster() = Create("A");
  request.mutable_cluster()->set_acronym("AAA");
  request.mutable_cluster()->set_title("Not this");
  request.mutable_update_mask()->add_paths("acronym");
  const std::string method = "ClusterService/UpdateCluster";
  const auto updated = bench_.Call<v1::Cluster>(method, request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->acronym(), "AAA");
  EXPECT_EQ(updated->title(), "A");
  EXPECT_THAT(bench_.Call<v1::Cluster>(method, request), ReasonIs("ETAG_MISMATCH"));
  request.mutable_cluster()->clear_etag();
  request.mutable_update_mask()->add_paths("acronyms");
  EXPECT_THAT(bench_.Call<v1::Cluster>(method, request), HasFieldError("update_mask"));
}

TEST_F(ApiTest, ARepeatedRequestGetsItsFirstAnswerAndAReusedIdIsRefused) {
  v1::CreateClusterRequest request = Creation("A", v1::Cluster::STATE_PUBLISHED);
  request.set_request_id("once");
  const auto first = Create(request);
  ASSERT_THAT(first, IsOk());
  const auto second = Create(request);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->SerializeAsString(), first->SerializeAsString());
  request.mutable_cluster()->set_title("B");
  EXPECT_THAT(Create(request), ReasonIs("REQUEST_ID_REUSED"));
  request.set_request_id(std::string(101, 'x'));
  EXPECT_THAT(Create(request), HasFieldError("request_id"));
}

TEST_F(ApiTest, ARequestIdReplayedUnderAnotherViewGetsNotTheFirstCallersAnswer) {
  v1::CreateClusterRequest request = Creation("A secret draft", v1::Cluster::STATE_DRAFT);
  request.set_request_id("once");
  ASSERT_THAT(Create(request), IsOk());
  for (const char* view : {"clusters/b", "programmes/go-cluster"}) {
    EXPECT_THAT(bench_.Call<v1::Cluster>("ClusterService/CreateCluster", request, view),
                StatusIs(absl::StatusCode::kPermissionDenied))
        << view;
  }
  EXPECT_THAT(Create(request), IsOk());
}

TEST_F(ApiTest, ValidateOnlyChecksAndKeepsNothing) {
  v1::CreateClusterRequest request = Creation("A", v1::Cluster::STATE_PUBLISHED);
  request.set_validate_only(true);
  EXPECT_EQ(Create(request)->name(), "clusters/a");
  EXPECT_THAT(Get("clusters/a"), StatusIs(absl::StatusCode::kNotFound));
  request.mutable_cluster()->set_country("XX");
  EXPECT_THAT(Create(request), HasFieldError("cluster.country"));
}

TEST_F(ApiTest, ARevisionThatIsNotWrittenYetIsOutOfRangeAtOnce) {
  v1::GetClusterRequest get;
  get.set_name(Create("A").name());
  get.set_min_revision(1'000'000);
  v1::BatchGetClustersRequest batch;
  batch.add_names(get.name());
  batch.set_min_revision(1'000'000);
  v1::ListClustersRequest list;
  list.set_min_revision(1'000'000);
  v1::SearchRequest search = ForClusters();
  search.set_min_revision(1'000'000);
  for (const absl::Status& status :
       {bench_.Call<v1::Cluster>("ClusterService/GetCluster", get).status(),
        bench_.Call<v1::BatchGetClustersResponse>("ClusterService/BatchGetClusters", batch)
            .status(),
        bench_.Call<v1::ListClustersResponse>("ClusterService/ListClusters", list).status(),
        bench_.Call<v1::SearchResponse>("SearchService/Search", search).status()}) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kOutOfRange));
    EXPECT_THAT(status, ReasonIs("FUTURE_REVISION"));
  }
}

TEST_F(ApiTest, LabelsAreAwardedRenewedAndRevokedUnderTheirCluster) {
  v1::AwardLabelRequest award;
  award.mutable_label()->set_scheme("labelSchemes/ecei");
  award.mutable_label()->set_level("silver");
  award.mutable_label()->set_valid_until("2099-05");
  EXPECT_THAT(bench_.Call<v1::Label>("LabelService/AwardLabel", award), HasFieldError("parent"));
  award.set_parent(Create("A").name());
  const auto label = bench_.Call<v1::Label>("LabelService/AwardLabel", award);
  ASSERT_THAT(label, IsOk());
  v1::RenewLabelRequest renew;
  renew.set_name(label->name());
  renew.set_renewed("2024-06");
  EXPECT_EQ(bench_.Call<v1::Label>("LabelService/RenewLabel", renew)->valid_until(), "2101-05-31");
  v1::RevokeLabelRequest revoke;
  revoke.set_name(label->name());
  const auto refused = bench_.Call<v1::Label>("LabelService/RevokeLabel", revoke);
  EXPECT_THAT(refused, HasFieldError("revoked"));
  EXPECT_THAT(refused, HasFieldError("reason"));
  v1::ListLabelsRequest list;
  EXPECT_THAT(bench_.Call<v1::ListLabelsResponse>("LabelService/ListLabels", list),
              HasFieldError("parent"));
  list.set_parent("clusters/-");
  EXPECT_EQ(bench_.Call<v1::ListLabelsResponse>("LabelService/ListLabels", list)->labels_size(), 1);
}

TEST_F(ApiTest, ASearchOrdersItsHitsAsAskedOrAsItsFilterSuggests) {
  Create("Zeta chips");
  v1::CreateClusterRequest near = Creation("Alpha chips", v1::Cluster::STATE_PUBLISHED);
  auto& point = *near.mutable_cluster()->mutable_seat()->mutable_point();
  point.set_latitude(51);
  point.set_longitude(13);
  point.set_precision(type::v1::POINT_PRECISION_CITY);
  ASSERT_THAT(Create(near), IsOk());
  EXPECT_THAT(NamesOf(*Search(ForClusters())),
              ElementsAre("clusters/alpha-chips", "clusters/zeta-chips"));

  v1::SearchRequest request = ForClusters();
  request.mutable_filter()->set_words("zeta");
  EXPECT_THAT(NamesOf(*Search(request)), ElementsAre("clusters/zeta-chips"));
  request.mutable_filter()->clear_words();
  request.mutable_filter()->mutable_within()->set_latitude(51);
  request.mutable_filter()->mutable_within()->set_longitude(13);
  request.mutable_filter()->mutable_within()->set_radius_meters(1000);
  const auto found = Search(request);
  ASSERT_EQ(found->hits_size(), 1);
  EXPECT_NEAR(found->hits(0).distance_meters(), 0, 1);
}

TEST_F(ApiTest, AnOrderThatTheFilterDoesNotSupportIsRefusedAndSoIsAnUnknownOne) {
  v1::SearchRequest request = ForClusters();
  for (const auto order : {v1::SearchRequest::ORDER_RELEVANCE, v1::SearchRequest::ORDER_DISTANCE,
                           static_cast<v1::SearchRequest::Order>(9)}) {
    request.set_order(order);
    EXPECT_THAT(Search(request), HasFieldError("order")) << order;
  }
  request.set_order(v1::SearchRequest::ORDER_TIME);
  EXPECT_THAT(Search(request), IsOk());
}

TEST_F(ApiTest, ACodeThatIsOnNoListIsRefusedWithTheOneThatWasMeant) {
  Create("A");
  v1::SearchRequest request = ForClusters();
  request.mutable_filter()->add_sectors("esca:itc");
  request.mutable_filter()->add_regions("nutz:DED2");
  request.mutable_filter()->add_none_of()->add_regions("nuts:DED9Z");
  request.set_page_size(-1);
  const auto refused = Search(request);
  for (const char* field :
       {"filter.sectors[0]", "filter.regions[0]", "filter.none_of[0].regions[0]", "page_size"}) {
    EXPECT_THAT(refused, HasFieldError(field));
  }
  EXPECT_THAT(std::string(refused.status().message()),
              AllOf(HasSubstr("did you mean 'esca:ict'?"), HasSubstr("did you mean 'nuts'?")));
  request = ForClusters();
  request.mutable_filter()->add_sectors("ESCA:ICT");
  request.mutable_filter()->add_sectors("named:quantum-sensors");
  EXPECT_THAT(Search(request), IsOk());
}

TEST_F(ApiTest, FacetsIgnoreTheFiltersOwnConditionOnTheirField) {
  Create("A");
  v1::CreateClusterRequest other = Creation("B", v1::Cluster::STATE_PUBLISHED);
  other.mutable_cluster()->set_sectors(0, "esca:health");
  ASSERT_THAT(Create(other), IsOk());
  v1::SearchRequest request = ForClusters();
  request.mutable_filter()->add_sectors("esca:ict");
  request.add_facets("sectors");
  const auto found = Search(request);
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->total_size(), 1);
  ASSERT_EQ(found->facets_size(), 1);
  std::vector<std::string> values;
  for (const auto& count : found->facets(0).counts()) values.push_back(count.value());
  EXPECT_THAT(values, ::testing::IsSupersetOf({"esca:ict", "esca:health"}));
  request.add_facets("titles");
  EXPECT_THAT(Search(request), HasFieldError("facets[1]"));
}

TEST_F(ApiTest, PagesOfASearchGoOnBehindTheLastHit) {
  for (const char* title : {"C", "A", "B"}) Create(title);
  v1::SearchRequest request = ForClusters();
  request.set_min_revision(bench_.world.store->revision()->value);
  request.set_page_size(2);
  const auto first = bench_.Call<v1::SearchResponse>("SearchService/Search", request);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(NamesOf(*first), ElementsAre("clusters/a", "clusters/b"));
  EXPECT_EQ(first->total_size(), 3);
  request.set_page_token(first->next_page_token());
  const auto second = bench_.Call<v1::SearchResponse>("SearchService/Search", request);
  EXPECT_THAT(NamesOf(*second), ElementsAre("clusters/c"));
  EXPECT_EQ(second->next_page_token(), "");
  request.mutable_filter()->add_sectors("esca:ict");
  EXPECT_THAT(bench_.Call<v1::SearchResponse>("SearchService/Search", request),
              ReasonIs("PAGE_TOKEN_MISMATCH"));
}

TEST_F(ApiTest, AFilterWith51SectorsIsRefusedByItsField) {
  v1::SearchRequest request;
  for (int i = 0; i < 51; ++i) request.mutable_filter()->add_sectors(absl::StrCat("esca:s", i));
  EXPECT_THAT(Search(request), HasFieldError("filter.sectors"));
}

TEST_F(ApiTest, CodesAreFoundByNamesInAnyLanguage) {
  v1::SearchCodesRequest request;
  request.set_query("Saxony");
  const std::string method = "TaxonomyService/SearchCodes";
  const auto found = bench_.Call<v1::SearchCodesResponse>(method, request);
  ASSERT_THAT(found, IsOk());
  ASSERT_EQ(found->codes_size(), 1);
  EXPECT_EQ(found->codes(0).code(), "nuts:DED");
  EXPECT_EQ(found->codes(0).title(), "Sachsen");
  request.set_page_size(-1);
  EXPECT_THAT(bench_.Call<v1::SearchCodesResponse>(method, request), HasFieldError("page_size"));
  request.set_page_size(1);
  request.set_query("");
  EXPECT_THAT(bench_.Call<v1::SearchCodesResponse>(method, request), HasFieldError("query"));
}

TEST_F(ApiTest, ChangesAreListedInPagesAndCutToWhatTheCallerMaySee) {
  const int64_t before = bench_.world.store->revision()->value;
  Create("Draft", v1::Cluster::STATE_DRAFT);
  v1::PublishClusterRequest publish;
  publish.set_name("clusters/draft");
  ASSERT_THAT(bench_.Call<v1::Cluster>("ClusterService/PublishCluster", publish), IsOk());
  change::v1::ListChangesRequest request;
  request.set_after_revision(before);
  request.set_page_size(1);
  const std::string method = "ChangeService/ListChanges";
  const auto first = bench_.Call<change::v1::ListChangesResponse>(method, request);
  ASSERT_THAT(first, IsOk());
  ASSERT_EQ(first->changes_size(), 1);
  EXPECT_EQ(first->changes(0).kind(), "cluster.created");
  request.set_page_token(first->next_page_token());
  const auto second = bench_.Call<change::v1::ListChangesResponse>(method, request);
  ASSERT_EQ(second->changes_size(), 1);
  EXPECT_EQ(second->changes(0).kind(), "cluster.published");

  request.clear_page_token();
  const auto seen = bench_.Call<change::v1::ListChangesResponse>(method, request, "public");
  ASSERT_EQ(seen->changes_size(), 1);
  EXPECT_FALSE(seen->changes(0).has_before());

  // Who keeps a copy goes on from what the last answer said.
  request.set_page_size(1000);
  const auto all = bench_.Call<change::v1::ListChangesResponse>(method, request);
  EXPECT_EQ(all->revision(), bench_.world.store->revision()->value);
  EXPECT_EQ(all->history_id(), *bench_.world.store->history());
  request.set_after_revision(all->revision());
  request.set_history_id(all->history_id());
  EXPECT_EQ(bench_.Call<change::v1::ListChangesResponse>(method, request)->revision(),
            all->revision());
  Create("Later", v1::Cluster::STATE_PUBLISHED);
  EXPECT_EQ(bench_.Call<change::v1::ListChangesResponse>(method, request)->changes_size(), 1);
  request.set_history_id("another");
  EXPECT_THAT(bench_.Call<change::v1::ListChangesResponse>(method, request),
              ReasonIs("HISTORY_CHANGED"));
  request.clear_history_id();
  request.set_after_revision(-1);
  EXPECT_THAT(bench_.Call<change::v1::ListChangesResponse>(method, request),
              HasFieldError("after_revision"));
  request.set_after_revision(1'000'000);
  EXPECT_THAT(bench_.Call<change::v1::ListChangesResponse>(method, request),
              ReasonIs("FUTURE_REVISION"));
}

TEST_F(ApiTest, OnlyOperatorsAskWhatIsWrongAndWriteWhatIsNotTheirs) {
  v1::RewindRequest rewind;
  rewind.set_after_revision(0);
  for (const auto& [view, reason] :
       {std::pair("public", "SIGN_IN"), std::pair("programmes/go-cluster", "ACCESS_DENIED")}) {
    EXPECT_THAT(bench_.Call<v1::DiagnoseResponse>("OperationsService/Diagnose",
                                                  v1::DiagnoseRequest(), view),
                ReasonIs(reason));
    EXPECT_THAT(bench_.Call<v1::StartNewHistoryResponse>("OperationsService/StartNewHistory",
                                                         v1::StartNewHistoryRequest(), view),
                ReasonIs(reason));
    EXPECT_THAT(bench_.Call<v1::RewindResponse>("OperationsService/Rewind", rewind, view),
                ReasonIs(reason));
    EXPECT_THAT(bench_.Call<v1::AcknowledgeGapsResponse>("OperationsService/AcknowledgeGaps",
                                                         v1::AcknowledgeGapsRequest(), view),
                ReasonIs(reason));
  }
  EXPECT_THAT(bench_.Call<v1::Cluster>("ClusterService/CreateCluster",
                                       Creation("A", v1::Cluster::STATE_PUBLISHED), "public"),
              ReasonIs("SIGN_IN"));
}

}  // namespace
}  // namespace clusterwire::catalogue
