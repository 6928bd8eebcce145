// What a client takes as one message, 4 MiB unless it is told otherwise, holds for every list.
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>

#include "clusterwire/catalogue/v1/search.pb.h"
#include "clusterwire/change/v1/change_service.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/testing/api_bench.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kClusters = 80;

// `length` characters of four bytes each that begin with `number`.
std::string LongText(int number, int length) {
  std::string text = absl::StrCat(number, " ");
  for (int i = static_cast<int>(text.size()); i < length; ++i) text += "𝕏";
  return text;
}

// More than 5 MiB in all, by their Facts alone.
class PageBytesTest : public ::testing::Test {
 protected:
  PageBytesTest() {
    for (int i = 0; i < kClusters; ++i) {
      v1::Cluster cluster = bench_.world.GoodCluster(absl::StrCat("Cluster ", i));
      cluster.set_summary(LongText(i, 2000));
      for (int j = 0; j < 20; ++j) cluster.add_former_titles(LongText(j, 200));
      for (int j = 0; j < 50; ++j) cluster.add_support_services(LongText(j, 200));
      EXPECT_THAT(bench_.world.Of<Clusters>().Create(bench_.world.AsOperator(), "", cluster, ""),
                  IsOk());
    }
  }

  // Asks for pages of 1,000 until the last, and gives the names that `names_of` finds on them.
  template <typename Response, typename Request, typename NamesOf>
  std::set<std::string> All(const std::string& method, Request request, const NamesOf& names_of) {
    std::set<std::string> all;
    request.set_page_size(1000);
    do {
      const auto page = bench_.Call<Response>(method, request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) break;
      EXPECT_LE(page->ByteSizeLong(), 4u << 20);
      for (const std::string& name : names_of(*page)) EXPECT_TRUE(all.insert(name).second) << name;
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return all;
  }

  ApiBench bench_;
};

TEST_F(PageBytesTest, OfAListOfResources) {
  const auto names = All<v1::ListClustersResponse>(
      "ClusterService/ListClusters", v1::ListClustersRequest(), [](const auto& page) {
        std::vector<std::string> found;
        for (const v1::Cluster& cluster : page.clusters()) found.push_back(cluster.name());
        return found;
      });
  EXPECT_EQ(names.size(), kClusters);
}

// A batch has no pages: it is refused, and the error says how to go on.
TEST_F(PageBytesTest, OfABatchSaysHowManyFit) {
  v1::BatchGetClustersRequest request;
  for (int i = 0; i < kClusters; ++i) request.add_names(absl::StrCat("clusters/cluster-", i));
  std::set<std::string> all;
  int calls = 0;
  for (; request.names_size() > 0; ++calls) {
    auto answer =
        bench_.Call<v1::BatchGetClustersResponse>("ClusterService/BatchGetClusters", request);
    if (!answer.ok()) {
      EXPECT_THAT(answer, StatusIs(absl::StatusCode::kResourceExhausted,
                                   ::testing::HasSubstr("ask for those and then for the others")));
      int fitting = 0;
      ASSERT_TRUE(
          absl::SimpleAtoi(ErrorInfoOf(answer.status()).metadata().at("fitting_names"), &fitting));
      v1::BatchGetClustersRequest first = request;
      first.mutable_names()->DeleteSubrange(fitting, first.names_size() - fitting);
      answer = bench_.Call<v1::BatchGetClustersResponse>("ClusterService/BatchGetClusters", first);
    }
    ASSERT_THAT(answer, IsOk());
    EXPECT_LE(answer->ByteSizeLong(), 4u << 20);
    for (const v1::Cluster& cluster : answer->clusters()) all.insert(cluster.name());
    request.mutable_names()->DeleteSubrange(0, answer->clusters_size());
  }
  EXPECT_EQ(all.size(), kClusters);
  EXPECT_GT(calls, 1);
}

TEST_F(PageBytesTest, OfASearch) {
  v1::SearchRequest request;
  request.mutable_filter()->add_types("cluster");
  request.set_min_revision(bench_.world.store->revision()->value);
  const auto names = All<v1::SearchResponse>("SearchService/Search", request, [](const auto& page) {
    std::vector<std::string> found;
    for (const v1::Hit& hit : page.hits()) found.push_back(hit.facts().name());
    return found;
  });
  EXPECT_EQ(names.size(), kClusters);
}

TEST_F(PageBytesTest, OfTheChanges) {
  change::v1::ListChangesRequest request;
  request.add_kinds("cluster.created");
  const auto names = All<change::v1::ListChangesResponse>(
      "ChangeService/ListChanges", request, [](const auto& page) {
        std::vector<std::string> found;
        for (const auto& change : page.changes()) found.push_back(change.name());
        return found;
      });
  EXPECT_EQ(names.size(), kClusters);
}

}  // namespace
}  // namespace clusterwire::catalogue
