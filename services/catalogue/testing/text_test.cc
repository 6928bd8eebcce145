// The one door for text, as a caller meets it.

#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clusterwire/catalogue/v1/cluster.pb.h"
#include "clusterwire/catalogue/v1/label.pb.h"
#include "clusterwire/catalogue/v1/search.pb.h"
#include "clusterwire/catalogue/v1/taxonomy.pb.h"

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/testing/api_bench.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// U+00E9 in two characters.
constexpr std::string_view kSplitAccent = "e\u0301";

std::string Times(int count, std::string_view text) {
  std::string repeated;
  for (int i = 0; i < count; ++i) repeated += text;
  return repeated;
}

class TextTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::Cluster> Create(const v1::CreateClusterRequest& request) {
    return bench_.Call<v1::Cluster>("ClusterService/CreateCluster", request);
  }
  v1::CreateClusterRequest Creation(std::string_view title) {
    v1::CreateClusterRequest request;
    *request.mutable_cluster() = bench_.world.GoodCluster(std::string(title));
    return request;
  }
  std::vector<std::string> Found(const type::v1::Filter& filter) {
    v1::SearchRequest request;
    *request.mutable_filter() = filter;
    request.mutable_filter()->add_types("Cluster");
    request.set_min_revision(bench_.world.store->revision()->value);
    const auto response = bench_.Call<v1::SearchResponse>("SearchService/Search", request);
    EXPECT_THAT(response, IsOk());
    std::vector<std::string> names;
    if (response.ok()) {
      for (const v1::Hit& hit : response->hits()) names.push_back(hit.facts().name());
    }
    return names;
  }
  int64_t revision() { return bench_.world.store->revision()->value; }

  ApiBench bench_;
};

TEST_F(TextTest, WhatLooksTheSameIsStoredAsTheSame) {
  v1::CreateClusterRequest request =
      Creation(" Inno\u00ADva\u00ADtions\u00ADclus\u00ADter Su\u0308d\n");
  request.mutable_cluster()->set_summary("One.\r\nTwo.\r");
  request.mutable_cluster()->mutable_seat()->set_city("Du\u0308sseldorf\u200B");
  const auto created = Create(request);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->title(), "Innovationscluster Süd");
  EXPECT_EQ(created->name(), "clusters/innovationscluster-sud");
  EXPECT_EQ(created->summary(), "One.\nTwo.");
  EXPECT_EQ(created->seat().city(), "Düsseldorf");
  for (const char* words : {"Innovationscluster", "inno\u00ADvationscluster sued", "düsseldorf"}) {
    type::v1::Filter filter;
    filter.set_words(words);
    EXPECT_THAT(Found(filter), ElementsAre(created->name())) << words;
  }
}

TEST_F(TextTest, AllThatIsWrongIsNamedAtOnceAndNothingIsWritten) {
  const int64_t before = revision();
  v1::CreateClusterRequest request = Creation("\u200B\u00AD");
  request.mutable_cluster()->set_country("XX");
  request.mutable_cluster()->add_former_titles("Silver for\nEvil Corp");
  request.mutable_cluster()->mutable_seat()->set_venue("a\u202Eb");
  request.set_request_id(Times(101, "x"));
  const auto created = Create(request);
  EXPECT_THAT(created, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("line break")));
  for (const char* path : {"cluster.title", "cluster.country", "cluster.former_titles[0]",
                           "cluster.seat.venue", "request_id"}) {
    EXPECT_THAT(created, HasFieldError(path));
  }
  int titles = 0;
  const google::rpc::BadRequest bad_request = BadRequestOf(created.status());
  for (const auto& violation : bad_request.field_violations()) {
    titles += violation.field() == "cluster.title";
  }
  EXPECT_EQ(titles, 1);
  EXPECT_EQ(revision(), before);
}

TEST_F(TextTest, ARefusedTextIsNoReasonToTellWhatACallerMayNotSee) {
  bench_.world.NewCluster("A");
  v1::UpdateClusterRequest request;
  request.mutable_cluster()->set_name("clusters/a");
  request.mutable_cluster()->set_title("a\nb");
  EXPECT_THAT(bench_.Call<v1::Cluster>("ClusterService/UpdateCluster", request, "clusters/b"),
              StatusIs(absl::StatusCode::kPermissionDenied));
  request.mutable_cluster()->set_name("clusters/none");
  EXPECT_THAT(bench_.Call<v1::Cluster>("ClusterService/UpdateCluster", request),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(TextTest, AnUpdateToNothingVisibleIsNotTakenForNoUpdate) {
  const v1::Cluster cluster = bench_.world.NewCluster("A");
  for (const char* title : {"\u200B", " "}) {
    v1::UpdateClusterRequest request;
    request.mutable_cluster()->set_name(cluster.name());
    request.mutable_cluster()->set_title(title);
    EXPECT_THAT(bench_.Call<v1::Cluster>("ClusterService/UpdateCluster", request),
                HasFieldError("cluster.title"));
  }
}

TEST_F(TextTest, LimitsCountLettersAsTheyAreStored) {
  EXPECT_THAT(Create(Creation(Times(200, kSplitAccent))), IsOk());
  EXPECT_THAT(Create(Creation("  " + Times(200, "x") + "\u200B")), IsOk());
  EXPECT_THAT(Create(Creation(Times(201, kSplitAccent))), HasFieldError("cluster.title"));
}

TEST_F(TextTest, VocabulariesComeToOneForm) {
  v1::CreateClusterRequest request = Creation("A");
  request.mutable_cluster()->set_country("de");
  request.mutable_cluster()->add_languages("DE");
  request.mutable_cluster()->add_languages("PT-br");
  request.mutable_cluster()->clear_regions();
  request.mutable_cluster()->add_regions("NUTS:ded2");
  request.mutable_cluster()->mutable_sectors()->Clear();
  request.mutable_cluster()->add_sectors("ESCA:Ict");
  request.mutable_cluster()->add_sectors("named:Photonics");
  request.mutable_cluster()->set_founded("2004-q3");
  const auto created = Create(request);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->country(), "DE");
  EXPECT_THAT(created->languages(), ElementsAre("de", "pt-BR"));
  EXPECT_THAT(created->regions(), ElementsAre("nuts:DED2"));
  EXPECT_THAT(created->sectors(), ElementsAre("esca:ict", "named:photonics"));
  EXPECT_EQ(created->founded(), "2004-Q3");
  for (const char* filter : {"regions: 'nuts:ded'", "regions: 'ISO:de'", "languages: 'DE'",
                             "languages: 'pt-br'", "sectors: 'Esca:ICT'", "states: 'Published'"}) {
    type::v1::Filter asked;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(filter, &asked));
    EXPECT_THAT(Found(asked), ElementsAre(created->name())) << filter;
  }
}

TEST_F(TextTest, CodesOfAListAreStoredInOneForm) {
  v1::CreateTaxonomyRequest request;
  v1::Taxonomy& taxonomy = *request.mutable_taxonomy();
  taxonomy.set_title("Branches");
  taxonomy.set_list("NACE");
  taxonomy.set_subject(v1::Taxonomy::SUBJECT_SECTOR);
  taxonomy.add_codes()->set_code("C");
  taxonomy.add_codes()->set_code("C26");
  for (v1::TaxonomyCode& code : *taxonomy.mutable_codes()) code.set_title("Manufacturing");
  taxonomy.mutable_codes(1)->set_parent("c");
  const auto created = bench_.Call<v1::Taxonomy>("TaxonomyService/CreateTaxonomy", request);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->list(), "nace");
  EXPECT_EQ(created->codes(1).code(), "c26");
  v1::CreateClusterRequest cluster = Creation("A");
  cluster.mutable_cluster()->add_sectors("NACE:C26");
  ASSERT_THAT(Create(cluster), IsOk());
  type::v1::Filter filter;
  filter.add_sectors("nace:C");
  EXPECT_THAT(Found(filter), ElementsAre("clusters/a"));

  taxonomy.set_list("other");
  taxonomy.mutable_codes(1)->set_code("c");
  taxonomy.mutable_codes(1)->clear_parent();
  EXPECT_THAT(bench_.Call<v1::Taxonomy>("TaxonomyService/CreateTaxonomy", request),
              HasFieldError("taxonomy.codes[1].code"));
}

TEST_F(TextTest, ARequestsOwnTextsAreNamedByTheRequest) {
  const v1::Cluster cluster = bench_.world.NewCluster("A");
  v1::AwardLabelRequest award;
  award.set_parent(cluster.name());
  award.mutable_label()->set_scheme("labelSchemes/ecei");
  award.mutable_label()->set_level("SILVER");
  award.mutable_label()->set_awarded("2024-01");
  const auto label = bench_.Call<v1::Label>("LabelService/AwardLabel", award);
  ASSERT_THAT(label, IsOk());
  EXPECT_EQ(label->level(), "silver");

  v1::RevokeLabelRequest request;
  request.set_name(label->name());
  request.set_revoked("2024-03-01");
  request.set_reason("Withdrawn\nLabel awarded: Evil Corp");
  EXPECT_THAT(bench_.Call<v1::Label>("LabelService/RevokeLabel", request), HasFieldError("reason"));
  request.set_reason(" Moved to Mu\u0308nchen ");
  const auto revoked = bench_.Call<v1::Label>("LabelService/RevokeLabel", request);
  ASSERT_THAT(revoked, IsOk());
  EXPECT_EQ(revoked->revocation().reason(), "Moved to München");
}

TEST_F(TextTest, ARetryInAnotherFormIsTheSameRequest) {
  v1::CreateClusterRequest request = Creation("Café");
  request.set_request_id("once");
  const auto first = Create(request);
  ASSERT_THAT(first, IsOk());
  request.mutable_cluster()->set_title("Cafe\u0301 ");
  const auto again = Create(request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->name(), first->name());
}

}  // namespace
}  // namespace clusterwire::catalogue
