#include "services/catalogue/import/session.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clusterwire/catalogue/v1/event.pb.h"
#include "clusterwire/catalogue/v1/label.pb.h"
#include "clusterwire/catalogue/v1/membership.pb.h"

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/import/testing/import_bench.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/resources/memberships/membership_rules.h"
#include "services/catalogue/resources/taxonomies/taxonomy_rules.h"

namespace clusterwire::catalogue::registers {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using ::testing::StartsWith;
using Start = v1::ImportStart;
using Report = v1::ImportResponse;

class SessionTest : public ::testing::Test {
 protected:
  SessionTest() { bench_.ImportTaxonomies(); }

  Reports Clusters(const std::vector<std::string>& lines) {
    return bench_.Import(Start::KIND_CLUSTERS, lines);
  }

  ImportBench bench_;
};

TEST_F(SessionTest, OnlyOperatorsImport) {
  Start start;
  start.set_kind(Start::KIND_CLUSTERS);
  EXPECT_THAT(Session::Open(bench_.store(), WriteCall{}, start), ReasonIs("NOT_YOURS"));
}

TEST_F(SessionTest, AStartWithoutAKindOrWithABadDateIsRefused) {
  Start start;
  start.set_read_date("yesterday");
  const auto session = Session::Open(bench_.store(), bench_.Operator(), start);
  EXPECT_THAT(session, HasFieldError("start.kind"));
  EXPECT_THAT(session, HasFieldError("start.read_date"));
}

TEST_F(SessionTest, AHundredLinesAreOneRevision) {
  std::vector<std::string> lines;
  for (int i = 0; i < 250; ++i) lines.push_back(ClusterLine(absl::StrCat("Cluster ", i)));
  const int64_t before = bench_.revision();
  const Reports reports = Clusters(lines);
  ASSERT_EQ(reports.size(), 250u);
  EXPECT_EQ(bench_.revision(), before + 3);
  EXPECT_EQ(reports[99].revision(), before + 1);
  EXPECT_EQ(reports[100].revision(), before + 2);
  for (size_t i = 0; i < reports.size(); ++i) {
    EXPECT_EQ(reports[i].number(), static_cast<int64_t>(i) + 1);
  }
}

TEST_F(SessionTest, AWrongLineIsRefusedWithItsFieldAndLeavesTheRest) {
  const Reports reports = Clusters(
      {ClusterLine("Good One"), R"({"name": "Broken)", ClusterLine("Typo", R"(, "sectros": [])"),
       ClusterLine("Nowhere", "", "XX"), ClusterLine("Wide", R"(, "latitude": 95, "longitude": 1)"),
       ClusterLine("Good Two")});
  EXPECT_THAT(OutcomesOf(reports), ElementsAre(Report::OUTCOME_CREATED, Report::OUTCOME_REFUSED,
                                               Report::OUTCOME_REFUSED, Report::OUTCOME_REFUSED,
                                               Report::OUTCOME_REFUSED, Report::OUTCOME_CREATED));
  EXPECT_THAT(reports[1].notes(), ElementsAre(StartsWith("json: ")));
  EXPECT_THAT(reports[2].notes(), ElementsAre(StartsWith("sectros: ")));
  EXPECT_THAT(reports[3].notes(), ElementsAre(StartsWith("country: ")));
  EXPECT_THAT(reports[4].notes(), ElementsAre(StartsWith("latitude, longitude.latitude: ")));
  EXPECT_EQ(reports[2].revision(), 0);
  EXPECT_EQ(bench_.Count("cluster"), 2);
}

TEST_F(SessionTest, ALineThatSaysWhatIsKnownChangesNothing) {
  Clusters({ClusterLine("Same")});
  const int64_t before = bench_.revision();
  const Reports again = Clusters({ClusterLine("Same")});
  EXPECT_THAT(OutcomesOf(again), ElementsAre(Report::OUTCOME_UNCHANGED));
  EXPECT_EQ(again[0].name(), "clusters/same");
  EXPECT_EQ(again[0].revision(), 0);
  EXPECT_EQ(bench_.revision(), before);
}

TEST_F(SessionTest, ALineThatSaysMoreUpdatesAndOneThatSaysLessTakesNothingAway) {
  Clusters({ClusterLine("Grows")});
  const Reports more = Clusters({ClusterLine("Grows", R"(, "member_count": 12)")});
  EXPECT_THAT(OutcomesOf(more), ElementsAre(Report::OUTCOME_UPDATED));
  const Reports less = Clusters({ClusterLine("Grows")});
  EXPECT_THAT(OutcomesOf(less), ElementsAre(Report::OUTCOME_UNCHANGED));
  EXPECT_EQ(bench_.Get<v1::Cluster>("clusters/grows").members().total(), 12);
}

TEST_F(SessionTest, WhatAnEditorChangedSurvives) {
  Clusters({ClusterLine("Edited", R"(, "website": "https://old.example", "member_count": 3)")});
  catalogue::Clusters clusters(bench_.store());
  v1::Cluster change = bench_.Get<v1::Cluster>("clusters/edited");
  change.set_website("https://new.example");
  google::protobuf::FieldMask mask;
  mask.add_paths("website");
  ASSERT_THAT(clusters.Update(bench_.Operator(), change, mask), IsOk());

  Clusters({ClusterLine("Edited", R"(, "website": "https://old.example", "member_count": 4)")});
  const auto cluster = bench_.Get<v1::Cluster>("clusters/edited");
  EXPECT_EQ(cluster.website(), "https://new.example");
  EXPECT_EQ(cluster.members().total(), 4);
  EXPECT_THAT(cluster.edited_fields(), ElementsAre("website"));
}

TEST_F(SessionTest, WhatSomebodyMadeByHandIsTakenForTheSameRecord) {
  catalogue::Clusters clusters(bench_.store());
  v1::Cluster made;
  made.set_title("By Hand");
  made.set_country("DE");
  ASSERT_THAT(clusters.Create(bench_.Operator(), "", made, ""), IsOk());
  const Reports reports = Clusters({ClusterLine("by hand", R"(, "founded_year": 1999)")});
  EXPECT_THAT(OutcomesOf(reports), ElementsAre(Report::OUTCOME_UPDATED));
  const auto cluster = bench_.Get<v1::Cluster>("clusters/by-hand");
  EXPECT_EQ(cluster.title(), "By Hand");
  EXPECT_EQ(cluster.founded(), "1999");
  EXPECT_EQ(cluster.state(), v1::Cluster::STATE_DRAFT) << "publishing it is its editor's affair";
  EXPECT_THAT(reports[0].notes(), ElementsAre("clusters/by-hand is a draft and stays one; "
                                              "PublishCluster publishes it"));
}

TEST_F(SessionTest, WhatIsWrongByNowAndNotOfTheLineIsANote) {
  Clusters({ClusterLine("Coded", R"(, "regions": ["nuts:DED2"])")});
  Taxonomies taxonomies(bench_.store());
  const auto nuts = taxonomies.Get({.viewer = filter::Viewer::Operator()}, "taxonomies/nuts");
  ASSERT_THAT(nuts, IsOk());
  v1::Taxonomy smaller = *nuts;
  smaller.mutable_codes()->DeleteSubrange(100, smaller.codes_size() - 100);
  google::protobuf::FieldMask mask;
  mask.add_paths("codes");
  ASSERT_THAT(taxonomies.Update(bench_.Operator(), smaller, mask), IsOk());
  const Reports reports = Clusters({ClusterLine("Coded", R"(, "member_count": 4)")});
  EXPECT_THAT(OutcomesOf(reports), ElementsAre(Report::OUTCOME_UPDATED));
  EXPECT_THAT(reports[0].notes(), ElementsAre(HasSubstr("regions[0] stands as it was")));
}

TEST_F(SessionTest, WhatWasDeletedStaysDeleted) {
  Clusters({ClusterLine("Gone")});
  catalogue::Clusters clusters(bench_.store());
  ASSERT_THAT(clusters.Delete(bench_.Operator(), "clusters/gone", ""), IsOk());
  const Reports reports = Clusters({ClusterLine("Gone", R"(, "member_count": 1)")});
  EXPECT_THAT(OutcomesOf(reports), ElementsAre(Report::OUTCOME_UNCHANGED));
  EXPECT_THAT(reports[0].notes(), ElementsAre(HasSubstr("was deleted")));
}

TEST_F(SessionTest, RecordsThatShareASlugGetTheirCountry) {
  const std::vector<std::string> lines = {ClusterLine("Food Cluster", "", "DE"),
                                          ClusterLine("Food Cluster", "", "FR"),
                                          ClusterLine("Food-Cluster!", "", "FR")};
  Reports reports = Clusters(lines);
  EXPECT_EQ(reports[0].name(), "clusters/food-cluster");
  EXPECT_EQ(reports[1].name(), "clusters/food-cluster-fr");
  EXPECT_EQ(reports[2].name(), "clusters/food-cluster-fr-2");
  reports = Clusters(lines);
  EXPECT_EQ(reports[2].name(), "clusters/food-cluster-fr-2");
  EXPECT_EQ(reports[2].outcome(), Report::OUTCOME_UNCHANGED);
}

TEST_F(SessionTest, TwoLinesOnOneThingWouldUndoEachOther) {
  const Reports reports = Clusters({ClusterLine("Twice", R"(, "member_count": 1)"),
                                    ClusterLine("Twice", R"(, "member_count": 2)")});
  EXPECT_THAT(OutcomesOf(reports), ElementsAre(Report::OUTCOME_CREATED, Report::OUTCOME_REFUSED));
  EXPECT_THAT(reports[1].notes(), ElementsAre(HasSubstr("line 1 is about clusters/twice")));
  EXPECT_EQ(bench_.Get<v1::Cluster>("clusters/twice").members().total(), 1);
}

TEST_F(SessionTest, OneNameInSeveralSpellingsIsOneCluster) {
  const std::vector<std::string> spellings = {"Ökologie-Cluster", "O\u0308kologie-Cluster",
                                              " Ökologie-Cluster  ", "ÖKOLOGIE-CLUSTER"};
  for (const std::string& spelling : spellings) {
    const Reports reports = Clusters({ClusterLine(spelling)});
    EXPECT_EQ(reports[0].name(), "clusters/okologie-cluster") << spelling;
  }
  EXPECT_EQ(bench_.Count("cluster"), 1);
  const auto cluster = bench_.Get<v1::Cluster>("clusters/okologie-cluster");
  EXPECT_EQ(cluster.external_ids_size(), 1) << "no id for each spelling";
  std::vector<std::string> lines;
  for (const std::string& spelling : spellings) lines.push_back(ClusterLine(spelling));
  const Reports together = Clusters(lines);
  EXPECT_THAT(together[3].notes(), ElementsAre(HasSubstr("line 1 is about clusters/okologie")));
}

TEST_F(SessionTest, ALabelFindsItsClusterAndSchemeInAnySpelling) {
  bench_.ImportFile(Start::KIND_PROGRAMMES, "programmes.ndjson");
  Clusters({ClusterLine("Żywność Łódź")});
  const auto line = [](const std::string& cluster, const std::string& scheme) {
    return absl::StrCat(
        R"({"cluster": ")", cluster, R"(", "country": "DE", "scheme": ")", scheme,
        R"(", "level": "gold", "awarded": "2020-05", "source": "https://x.example"})");
  };
  bench_.Import(Start::KIND_LABELS, {line("Żywność Łódź", "ECEI")});
  const Reports again =
      bench_.Import(Start::KIND_LABELS, {line("Z\u0307YWNOS\u0301C\u0301 Łódź ", " ecei")});
  EXPECT_THAT(OutcomesOf(again), ElementsAre(Report::OUTCOME_UNCHANGED)) << again[0].DebugString();
  EXPECT_EQ(bench_.Count("label"), 1);
}

TEST_F(SessionTest, HoweverMuchIsWrongWithALineItsReportIsSmall) {
  std::string codes;
  for (int i = 0; i < 4000; ++i) absl::StrAppend(&codes, i == 0 ? "" : ",", R"({"code": "?"})");
  std::string sectors = "1";
  for (int i = 1; i < 400'000; ++i) sectors += ",1";
  std::string programmes;
  for (int i = 0; i < 150; ++i) {
    absl::StrAppend(&programmes, i == 0 ? "" : ",", "\"", i, std::string(2000, 'x'), "\"");
  }
  Reports reports =
      Clusters({ClusterLine("Wrong", absl::StrCat(R"(, "sectors": [)", sectors, "]")),
                ClusterLine("Long", absl::StrCat(R"(, "programmes": [)", programmes, "]"))});
  EXPECT_THAT(OutcomesOf(reports), ElementsAre(Report::OUTCOME_REFUSED, Report::OUTCOME_CREATED));
  EXPECT_THAT(reports[0].notes(), ElementsAre("sectors: has 400000 items; at most 200"));
  EXPECT_EQ(reports[1].notes_size(), Session::kMaxNotes);
  EXPECT_EQ(reports[1].notes(Session::kMaxNotes - 1), "… and 131 more");
  const Reports list =
      bench_.Import(Start::KIND_TAXONOMIES,
                    {absl::StrCat(R"({"list": "x", "title": "X", "subject": "sector",)",
                                  R"("source": "https://x.example", "codes": [)", codes, "]}")});
  EXPECT_EQ(list[0].notes_size(), Session::kMaxNotes);
  reports.push_back(list[0]);
  for (const Report& report : reports) {
    EXPECT_LT(report.ByteSizeLong(), 12'000u);
    for (const std::string& note : report.notes()) {
      EXPECT_LE(note.size(), Session::kMaxNoteBytes);
    }
  }
}

TEST_F(SessionTest, AnEventWithoutAnEndEndsOnItsDay) {
  const auto line = [](const std::string& dates) {
    return absl::StrCat(R"({"title": "Day", "kind": "meeting", "source": "https://x.example", )",
                        dates, "}");
  };
  const auto period = [&] { return bench_.Get<v1::CalendarEvent>("events/day").period(); };
  bench_.Import(Start::KIND_EVENTS, {line(R"("start": "2026-05-07")")});
  EXPECT_EQ(period().end(), "2026-05-07");
  bench_.Import(Start::KIND_EVENTS, {line(R"("start": "2026-05-07", "end": "2026-05-09")")});
  bench_.Import(Start::KIND_EVENTS, {line(R"("start": "2026-05-07")")});
  EXPECT_EQ(period().end(), "2026-05-09") << "what a line doesn't say stays";
  bench_.Import(Start::KIND_EVENTS, {line(R"("start": "2026-06")")});
  EXPECT_EQ(period().end(), "2026-06") << "the end of another day says nothing of this one";
}

TEST_F(SessionTest, ARefusedLineDoesNotStandInTheWayOfARightOne) {
  const Reports reports = Clusters({ClusterLine("Twice", R"(, "website": "no address")"),
                                    ClusterLine("Twice", R"(, "website": "https://x.example")")});
  EXPECT_THAT(OutcomesOf(reports), ElementsAre(Report::OUTCOME_REFUSED, Report::OUTCOME_CREATED));
}

TEST_F(SessionTest, ProgrammesBecomeMembershipsAndTheRestIsNoted) {
  bench_.ImportFile(Start::KIND_PROGRAMMES, "programmes.ndjson");
  const Reports reports = Clusters({ClusterLine(
      "Member", R"(, "programmes": ["go-cluster", "Krajowy Klaster Kluczowy", "Nobody's"])")});
  EXPECT_THAT(OutcomesOf(reports), ElementsAre(Report::OUTCOME_CREATED));
  EXPECT_THAT(reports[0].more_names(), ElementsAre("programmes/go-cluster/memberships/member"));
  EXPECT_THAT(reports[0].notes(), ElementsAre(HasSubstr("programmes[1]: 'Krajowy Klaster Kluczowy' "
                                                        "is a label scheme"),
                                              StartsWith("programmes[2]: 'Nobody's' is no")));
  const auto membership = bench_.Get<v1::Membership>("programmes/go-cluster/memberships/member");
  EXPECT_EQ(membership.state(), v1::Membership::STATE_CURRENT);
  EXPECT_FALSE(membership.has_period());
  EXPECT_EQ(membership.sources_size(), 1);
  EXPECT_THAT(bench_.FactsOf("clusters/member").programmes(), Contains("programmes/go-cluster"));
}

TEST_F(SessionTest, AParentMayStandBelowItsChildAlsoInAnotherRevision) {
  std::vector<std::string> lines = {EventLine("Child", "Parent"), EventLine("Other child", "Near"),
                                    EventLine("Near")};
  while (lines.size() < 150) lines.push_back(EventLine(absl::StrCat("Event ", lines.size())));
  lines.push_back(EventLine("Parent"));
  const Reports reports = bench_.Import(Start::KIND_EVENTS, lines);
  ASSERT_EQ(reports.size(), lines.size());
  for (size_t i = 0; i < reports.size(); ++i) {
    EXPECT_EQ(reports[i].number(), static_cast<int64_t>(i) + 1) << "in the order of the lines";
    EXPECT_EQ(reports[i].outcome(), Report::OUTCOME_CREATED);
  }
  EXPECT_EQ(bench_.Get<v1::CalendarEvent>("events/child").parent(), "events/parent");
  EXPECT_EQ(bench_.Get<v1::CalendarEvent>("events/other-child").parent(), "events/near");
}

TEST_F(SessionTest, AnEventWhoseParentNeverComesIsRefused) {
  const Reports reports =
      bench_.Import(Start::KIND_EVENTS, {EventLine("Orphan", "Nobody"), EventLine("Fine")});
  EXPECT_THAT(OutcomesOf(reports), ElementsAre(Report::OUTCOME_REFUSED, Report::OUTCOME_CREATED));
  EXPECT_THAT(reports[0].notes(), ElementsAre(StartsWith("parent: 'Nobody' is no event")));
}

TEST_F(SessionTest, ALabelNeedsItsClusterItsSchemeAndDatesInOrder) {
  bench_.ImportFile(Start::KIND_PROGRAMMES, "programmes.ndjson");
  Clusters({ClusterLine("Holder"), ClusterLine("Gone")});
  catalogue::Clusters clusters(bench_.store());
  ASSERT_THAT(clusters.Delete(bench_.Operator(), "clusters/gone", ""), IsOk());
  const auto label = [](const std::string& cluster, const std::string& scheme,
                        const std::string& more) {
    return absl::StrCat(R"({"cluster": ")", cluster, R"(", "country": "DE", "scheme": ")", scheme,
                        R"(", "level": "gold", "source": "https://x.example")", more, "}");
  };
  const Reports reports = bench_.Import(
      Start::KIND_LABELS,
      {label("Nobody", "ECEI", ""), label("Gone", "ECEI", ""), label("Holder", "Unknown", ""),
       label("Holder", "ECEI", R"(, "awarded": "2020-05", "valid_until": "2019")"),
       label("Holder", "ecei", R"(, "awarded": "2020-05", "valid_until": "2022-05-31")")});
  EXPECT_THAT(reports[0].notes(), ElementsAre(StartsWith("cluster: 'Nobody' (DE) is not here")));
  EXPECT_THAT(reports[1].notes(), ElementsAre(HasSubstr("was deleted")));
  EXPECT_THAT(reports[2].notes(), ElementsAre(StartsWith("scheme: 'Unknown'")));
  EXPECT_THAT(reports[3].notes(), ElementsAre(StartsWith("valid_until: ")));
  EXPECT_EQ(reports[4].name(), "clusters/holder/labels/ecei-gold-2020");
  EXPECT_EQ(bench_.Count("label"), 1);
}

TEST_F(SessionTest, TwoAwardsOfOneYearAreFoundAgainUnderTheirOwnIds) {
  bench_.ImportFile(Start::KIND_PROGRAMMES, "programmes.ndjson");
  Clusters({ClusterLine("Holder")});
  std::vector<std::string> lines;
  for (const char* month : {"02", "11"}) {
    lines.push_back(
        absl::StrCat(R"({"cluster": "Holder", "country": "DE", "scheme": "ECEI", "level": "gold",)",
                     R"( "awarded": "2014-)", month, R"(", "source": "https://x.example"})"));
  }
  bench_.Import(Start::KIND_LABELS, lines);
  std::swap(lines[0], lines[1]);
  const Reports reports = bench_.Import(Start::KIND_LABELS, lines);
  EXPECT_EQ(reports[0].name(), "clusters/holder/labels/ecei-gold-2014-2");
  EXPECT_EQ(reports[1].name(), "clusters/holder/labels/ecei-gold-2014");
  EXPECT_THAT(OutcomesOf(reports),
              ElementsAre(Report::OUTCOME_UNCHANGED, Report::OUTCOME_UNCHANGED));
}

TEST_F(SessionTest, ALevelOfASchemeWithoutLevelsIsKeptAsAWord) {
  bench_.ImportFile(Start::KIND_PROGRAMMES, "programmes.ndjson");
  Clusters({ClusterLine("Holder")});
  const Reports reports = bench_.Import(
      Start::KIND_LABELS,
      {R"({"cluster": "Holder", "country": "DE", "scheme": "Krajowy Klaster Kluczowy",)"
       R"( "level": "key", "source": "https://x.example"})"});
  EXPECT_THAT(reports[0].notes(), ElementsAre(StartsWith("level: ")));
  const auto label = bench_.Get<v1::Label>(reports[0].name());
  EXPECT_EQ(label.level(), "");
  EXPECT_EQ(label.sources(1).value(), "key");
}

TEST_F(SessionTest, ADryRunReportsAndKeepsNothing) {
  Start start;
  start.set_kind(Start::KIND_CLUSTERS);
  start.set_validate_only(true);
  const int64_t before = bench_.revision();
  const Reports reports = bench_.Import(start, {ClusterLine("Maybe"), "{}"});
  EXPECT_THAT(OutcomesOf(reports), ElementsAre(Report::OUTCOME_CREATED, Report::OUTCOME_REFUSED));
  EXPECT_EQ(reports[0].revision(), 0);
  EXPECT_EQ(bench_.revision(), before);
  EXPECT_EQ(bench_.Count("cluster"), 0);
}

TEST_F(SessionTest, AnImportIsQuietUnlessItSaysNotify) {
  Start start;
  start.set_kind(Start::KIND_CLUSTERS);
  bench_.Import(start, {ClusterLine("Quiet")});
  start.set_notify(true);
  bench_.Import(start, {ClusterLine("Loud")});
  EXPECT_TRUE(bench_.store().HistoryOf("clusters/quiet", {}, 1).value().front().quiet);
  EXPECT_FALSE(bench_.store().HistoryOf("clusters/loud", {}, 1).value().front().quiet);
}

TEST_F(SessionTest, ARecordThatTheStoreRefusesIsRefusedAloneAndItsNeighboursAreWritten) {
  std::string codes;
  for (int i = 0; i < 4000; ++i) {
    absl::StrAppend(&codes, i == 0 ? "" : ", ", R"({"code": "c)", i, R"(", "title": ")",
                    std::string(180, 'x'), "\"}");
  }
  const auto list = [](const std::string& name, const std::string& inside) {
    return absl::StrCat(R"({"list": ")", name, R"(", "title": ")", name,
                        R"(", "subject": "sector", "source": "https://x.example", "codes": [)",
                        inside, "]}");
  };
  const Reports reports = bench_.Import(
      Start::KIND_TAXONOMIES, {list("small", R"({"code": "a", "title": "A"})"), list("huge", codes),
                               list("other", R"({"code": "a", "title": "A"})")});
  EXPECT_THAT(OutcomesOf(reports), ElementsAre(Report::OUTCOME_CREATED, Report::OUTCOME_REFUSED,
                                               Report::OUTCOME_CREATED));
  EXPECT_THAT(reports[1].notes(), ElementsAre(HasSubstr("takes")));
}

}  // namespace
}  // namespace clusterwire::catalogue::registers
