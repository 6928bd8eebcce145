#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clusterwire/catalogue/v1/label.pb.h"

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/import/testing/import_bench.h"
#include "services/catalogue/resources/labels/label_rules.h"

namespace clusterwire::catalogue::registers {
namespace {

using ::testing::ElementsAre;
using Start = v1::ImportStart;
using Report = v1::ImportResponse;

// One award, with what else a line says.
std::string AwardLine(const std::string& dates) {
  return absl::StrCat(
      R"({"cluster": "Holder", "country": "DE", "scheme": "ECEI", "level": "gold",)",
      R"( "source": "https://x.example", )", dates, "}");
}

class CorrectionTest : public ::testing::Test {
 protected:
  CorrectionTest() {
    bench_.ImportTaxonomies();
    bench_.ImportFile(Start::KIND_PROGRAMMES, "programmes.ndjson");
    bench_.Import(Start::KIND_CLUSTERS, {ClusterLine("Holder")});
  }

  // A first import, and one that says something else; gives its reports.
  Reports Correct(const std::vector<std::string>& before, const std::vector<std::string>& after) {
    for (const Report& report : bench_.Import(Start::KIND_LABELS, before)) {
      EXPECT_EQ(report.outcome(), Report::OUTCOME_CREATED) << report.DebugString();
    }
    return bench_.Import(Start::KIND_LABELS, after);
  }

  ImportBench bench_;
};

TEST_F(CorrectionTest, AnotherEndIsACorrectionAndSaidSo) {
  const Reports reports =
      Correct({AwardLine(R"("awarded": "2014-02", "valid_until": "2016-02-29")")},
              {AwardLine(R"("awarded": "2014-02", "valid_until": "2017-02-28")")});
  EXPECT_THAT(OutcomesOf(reports), ElementsAre(Report::OUTCOME_UPDATED));
  EXPECT_THAT(reports[0].notes(), ElementsAre("valid_until: was 2016-02-29, is 2017-02-28"));
  EXPECT_EQ(bench_.Count("label"), 1);
  EXPECT_EQ(bench_.Get<v1::Label>(reports[0].name()).valid_until(), "2017-02-28");
  EXPECT_EQ(bench_.store().HistoryOf(reports[0].name(), {}, 1).value().front().kind,
            "label.updated");
}

TEST_F(CorrectionTest, WhereTheEndIsAllThatIsKnownItIsCorrectedToo) {
  const std::vector<std::string> after = {AwardLine(R"("valid_until": "2015-06-27")")};
  const Reports reports = Correct({AwardLine(R"("valid_until": "2015-05-27")")}, after);
  EXPECT_THAT(OutcomesOf(reports), ElementsAre(Report::OUTCOME_UPDATED));
  EXPECT_THAT(reports[0].notes(), ElementsAre("valid_until: was 2015-05-27, is 2015-06-27"));
  EXPECT_EQ(bench_.Count("label"), 1);
  EXPECT_THAT(OutcomesOf(bench_.Import(Start::KIND_LABELS, after)),
              ElementsAre(Report::OUTCOME_UNCHANGED));
}

TEST_F(CorrectionTest, AnotherDateOfTheAwardIsOneWhereAnotherDateStandsOrItIsNear) {
  const Reports by_end = Correct({AwardLine(R"("awarded": "2014-02", "valid_until": "2017-02")")},
                                 {AwardLine(R"("awarded": "2015-02", "valid_until": "2017-02")")});
  EXPECT_THAT(by_end[0].notes(), ElementsAre("awarded: was 2014-02, is 2015-02"));
  const Reports nearby =
      bench_.Import(Start::KIND_LABELS, {AwardLine(R"("awarded": "2015-04-03")")});
  EXPECT_THAT(nearby[0].notes(), ElementsAre("awarded: was 2015-02, is 2015-04-03"));
  EXPECT_EQ(bench_.Count("label"), 1);
}

TEST_F(CorrectionTest, AnAwardOfAnotherYearIsAnotherAward) {
  const Reports reports =
      Correct({AwardLine(R"("awarded": "2014-02")")}, {AwardLine(R"("awarded": "2016-03")")});
  EXPECT_THAT(OutcomesOf(reports), ElementsAre(Report::OUTCOME_CREATED));
  EXPECT_EQ(bench_.Count("label"), 2);
}

TEST_F(CorrectionTest, OfTwoAwardsTheNearerIsCorrectedAndWhatAnotherLineNamesIsNot) {
  Reports reports =
      Correct({AwardLine(R"("awarded": "2014-02")"), AwardLine(R"("awarded": "2014-06")")},
              {AwardLine(R"("awarded": "2014-03")"), AwardLine(R"("awarded": "2014-06")")});
  EXPECT_THAT(OutcomesOf(reports), ElementsAre(Report::OUTCOME_UPDATED, Report::OUTCOME_UNCHANGED));
  EXPECT_EQ(bench_.Count("label"), 2);
  reports = bench_.Import(Start::KIND_LABELS, {AwardLine(R"("awarded": "2014-06")"),
                                               AwardLine(R"("awarded": "2014-03")"),
                                               AwardLine(R"("awarded": "2014-07")")});
  EXPECT_THAT(OutcomesOf(reports), ElementsAre(Report::OUTCOME_UNCHANGED, Report::OUTCOME_UNCHANGED,
                                               Report::OUTCOME_CREATED));
}

TEST_F(CorrectionTest, WhatWasRenewedOrSetByHandIsNotCorrected) {
  const std::string line = AwardLine(R"("awarded": "2014-02", "valid_until": "2027-02-28")");
  const std::string name = bench_.Import(Start::KIND_LABELS, {line})[0].name();
  Labels labels(bench_.store());
  v1::RenewLabelRequest renewal;
  renewal.set_name(name);
  renewal.set_renewed("2026-10");
  renewal.set_valid_until("2029-02-28");
  ASSERT_THAT(labels.Renew(bench_.Operator(), renewal), IsOk());
  const Reports reports = bench_.Import(Start::KIND_LABELS, {line});
  EXPECT_THAT(OutcomesOf(reports), ElementsAre(Report::OUTCOME_UNCHANGED));
  EXPECT_EQ(bench_.Get<v1::Label>(name).valid_until(), "2029-02-28");
}

}  // namespace
}  // namespace clusterwire::catalogue::registers
