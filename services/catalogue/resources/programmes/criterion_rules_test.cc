#include "services/catalogue/resources/programmes/criterion_rules.h"

#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/resources/programmes/programme_rules.h"
#include "services/catalogue/resources/taxonomies/taxonomy_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kGood[] = "id: 'members' group: GROUP_STRUCTURE title: 'Members' ";

class CriteriaTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::Programme> Write(const std::string& criteria) {
    v1::Programme programme;
    const bool read = google::protobuf::TextFormat::ParseFromString(criteria, &programme);
    EXPECT_TRUE(read) << criteria;
    programme.set_name("programmes/go-cluster");
    return world_.Of<Programmes>().Update(world_.As("programmes/go-cluster"), programme, {});
  }
  absl::StatusOr<v1::Programme> WriteOne(const std::string& check) {
    return Write(absl::StrCat("criteria { ", kGood, check, " }"));
  }

  World world_;
};

TEST_F(CriteriaTest, OneOfEachKindIsKept) {
  const auto written = Write(absl::StrCat(
      "criteria { ", kGood, "measure: MEASURE_MEMBERS minimum: 15 waivable: true }",
      "criteria { id: 'germany' group: GROUP_STRUCTURE title: 'In Germany' filter { regions: "
      "'nuts:DE' } }",
      "criteria { id: 'website' group: GROUP_IMPACT title: 'English website' by_hand: true }"));
  ASSERT_THAT(written, IsOk());
  EXPECT_EQ(written->criteria_size(), 3);
}

TEST_F(CriteriaTest, EachWrongFieldIsNamedByItsPath) {
  const auto refused = Write(
      "criteria { id: 'Members!' measure: MEASURE_MEMBERS }"
      "criteria { id: 'a' group: GROUP_IMPACT title: 'A' }"
      "criteria { id: 'a' group: GROUP_IMPACT title: 'A' by_hand: true minimum: 1 }");
  EXPECT_THAT(
      refused,
      AllOf(HasFieldError("programme.criteria[0].id"), HasFieldError("programme.criteria[0].group"),
            HasFieldError("programme.criteria[0].title"),
            HasFieldError("programme.criteria[0].minimum"), HasFieldError("programme.criteria[1]"),
            HasFieldError("programme.criteria[2].id"),
            HasFieldError("programme.criteria[2].minimum")));
}

TEST_F(CriteriaTest, AFilterNamesClustersAndProgrammesThatAreThere) {
  EXPECT_THAT(WriteOne("filter { names: 'programmes/go-cluster' }"), IsOk());
  for (const char* name : {"programmes/eecp", "clusters/nobody", "events/fair"}) {
    EXPECT_THAT(WriteOne(absl::StrCat("filter { none_of { names: '", name, "' } }")),
                HasFieldError("programme.criteria[0].filter.none_of[0].names[0]"))
        << name;
  }
}

TEST_F(CriteriaTest, AFilterWithAnErrorIsRefusedByItsFieldWithTheRemedy) {
  for (const auto& [filter, field, remedy] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"sectors: 'esca:cheese'", "sectors[0]", "SearchCodes finds codes by name"},
           {"sectors: 'ict'", "sectors[0]", "like 'esca:ict'"},
           {"regions: 'nuts:XX'", "regions[0]", "SearchCodes finds codes by name"},
           {"label_levels: 'ecei:platinum'", "label_levels[0]", "is no level"},
           {"label_levels: 'ecei:silvr'", "label_levels[0]", "ecei:silver"},
           {"programmes: 'programmes/nowhere'", "programmes[0]", "ListProgrammes"},
           {"types: 'label'", "types[0]", "an applicant is a cluster"},
           {"states: 'valid'", "states[0]", "no state of a cluster"},
           {"kinds: 'conference'", "kinds[0]", "cluster"},
           {"period { start: '2024' }", "period", "a cluster has no period"},
           {"deadline { start: '2024' }", "deadline", "a cluster has no deadline"},
           {"size { min: 5 max: 2 }", "size.max", "is below min"},
           {"none_of { sectors: 'esca:cheese' }", "none_of[0].sectors[0]", "SearchCodes"},
           {"none_of { states: 'valid' }", "none_of[0].states[0]", "no state of a cluster"}}) {
    const auto refused = WriteOne(absl::StrCat("filter { ", filter, " }"));
    EXPECT_THAT(refused, HasFieldError("programme.criteria[0].filter." + field)) << filter;
    EXPECT_THAT(std::string(refused.status().message()), HasSubstr(remedy)) << filter;
  }
  EXPECT_THAT(WriteOne("filter {}"), HasFieldError("programme.criteria[0].filter"));
}

TEST_F(CriteriaTest, AMinimumFitsItsMeasure) {
  EXPECT_THAT(WriteOne("measure: MEASURE_MEMBERS minimum: 14.5"),
              HasFieldError("programme.criteria[0].minimum"));
  EXPECT_THAT(WriteOne("measure: MEASURE_MEMBERS minimum: nan"),
              HasFieldError("programme.criteria[0].minimum"));
  EXPECT_THAT(WriteOne("measure: MEASURE_MEMBERS minimum: 0"),
              HasFieldError("programme.criteria[0].minimum"));
  EXPECT_THAT(WriteOne("measure: MEASURE_MEMBER_KINDS minimum: 4"),
              HasFieldError("programme.criteria[0].minimum"));
  EXPECT_THAT(WriteOne("measure: MEASURE_UNSPECIFIED minimum: 4"),
              HasFieldError("programme.criteria[0].measure"));
  EXPECT_THAT(WriteOne("by_hand: false"), HasFieldError("programme.criteria[0].by_hand"));
  EXPECT_THAT(WriteOne("measure: MEASURE_MANAGEMENT_FTE minimum: 0.5"), IsOk());
}

TEST_F(CriteriaTest, AProgrammeThatTheWriterDoesntSeeIsWordedAsNotThere) {
  v1::Programme hidden;
  hidden.set_title("Hidden");
  hidden.set_kind(v1::Programme::KIND_PROGRAMME);
  hidden.set_country("DE");
  ASSERT_THAT(world_.Of<Programmes>().Create(world_.AsOperator(), "", hidden, "hidden"), IsOk());
  for (const char* name : {"hidden", "nowhere"}) {
    const auto refused =
        WriteOne(absl::StrCat("by_hand: true waived_for_members_of: 'programmes/", name, "'"));
    EXPECT_THAT(std::string(refused.status().message()),
                HasSubstr(absl::StrCat("programme.criteria[0].waived_for_members_of[0]: "
                                       "'programmes/",
                                       name, "' does not exist")));
  }
  EXPECT_THAT(WriteOne("by_hand: true waived_for_members_of: 'programmes/go-cluster'"),
              HasFieldError("programme.criteria[0].waived_for_members_of[0]"));
}

TEST_F(CriteriaTest, APublishedProgrammeNamesNoDraft) {
  v1::Programme draft;
  draft.set_title("Draft");
  draft.set_kind(v1::Programme::KIND_PROGRAMME);
  draft.set_country("DE");
  ASSERT_THAT(world_.Of<Programmes>().Create(world_.AsOperator(), "", draft, "draft"), IsOk());
  v1::Programme naming = draft;
  naming.set_title("Naming");
  v1::Criterion& criterion = *naming.add_criteria();
  criterion.set_id("a");
  criterion.set_group(v1::Criterion::GROUP_IMPACT);
  criterion.set_title("A");
  criterion.mutable_filter()->add_programmes("programmes/draft");
  criterion.mutable_filter()->add_none_of()->add_names("programmes/draft");
  criterion.add_waived_for_members_of("programmes/draft");
  naming.set_predecessor("programmes/draft");
  naming.set_successor("What comes after the draft");
  ASSERT_THAT(world_.Of<Programmes>().Create(world_.AsOperator(), "", naming, "naming"), IsOk());
  EXPECT_THAT(world_.Of<Programmes>().Publish(world_.AsOperator(), "programmes/naming", ""),
              AllOf(HasFieldError("programme.predecessor"),
                    HasFieldError("programme.criteria[0].filter.programmes[0]"),
                    HasFieldError("programme.criteria[0].filter.none_of[0].names[0]"),
                    HasFieldError("programme.criteria[0].waived_for_members_of[0]")));
  ASSERT_THAT(world_.Of<Programmes>().Publish(world_.AsOperator(), "programmes/draft", ""), IsOk());
  EXPECT_THAT(world_.Of<Programmes>().Publish(world_.AsOperator(), "programmes/naming", ""),
              IsOk());
}

TEST_F(CriteriaTest, ACodeThatACriterionAsksForStaysOnItsList) {
  ASSERT_THAT(WriteOne("filter { sectors: 'esca:ict' }"), IsOk());
  EXPECT_THAT(world_.Of<Taxonomies>().Delete(world_.AsOperator(), "taxonomies/esca-portfolios", ""),
              AllOf(ReasonIs("IN_USE"), StatusIs(absl::StatusCode::kFailedPrecondition,
                                                 HasSubstr("programmes/go-cluster"))));
}

TEST_F(CriteriaTest, WhatACriterionIsCalledFindsTheProgramme) {
  ASSERT_THAT(WriteOne("description: 'x' by_hand: true"), IsOk());
  EXPECT_THAT(world_.FactsOf("programmes/go-cluster").text(), HasSubstr("Members"));
}

}  // namespace
}  // namespace clusterwire::catalogue
