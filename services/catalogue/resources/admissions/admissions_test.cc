#include <gmock/gmock.h>

#include "clusterwire/catalogue/v1/membership.pb.h"

#include "services/catalogue/resources/admissions/testing/office.h"
#include "services/catalogue/resources/memberships/membership_rules.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;
using v1::Admission;
using v1::Verdict;

class AdmissionsTest : public OfficeTest {
 protected:
  // Submitted after a talk.
  std::string Submitted() {
    return Through({"AskForConsultation", "HoldConsultation", "SubmitApplication"});
  }
  void Profile(const std::string& text) {
    auto cluster = Said<v1::Cluster>(text);
    cluster.set_name(cluster_);
    ASSERT_THAT(world_.Of<Clusters>().Update(world_.AsOperator(), cluster, {}), IsOk());
  }
  static Verdict::Outcome OutcomeOf(const Admission& admission, std::string_view criterion) {
    for (const Verdict& verdict : admission.verdicts()) {
      if (verdict.criterion() == criterion) return verdict.outcome();
    }
    return Verdict::OUTCOME_UNSPECIFIED;
  }
};

TEST_F(AdmissionsTest, AClusterGetsInByTheMovesOfBothSides) {
  const auto asked =
      Come("AskForConsultation", kGoCluster, cluster_, "note: \"we are new\" date: \"2024-05-02\"");
  ASSERT_THAT(asked, IsOk());
  EXPECT_EQ(asked->name(), "programmes/go-cluster/admissions/hamburg-aviation");
  const std::string& name = asked->name();
  ASSERT_THAT(Go("HoldConsultation", name, "date: \"2024-05-10\""), IsOk());
  ASSERT_THAT(Go("SubmitApplication", name), IsOk());
  const auto assessed = Go("AssessApplication", name, "met: \"website\"");
  ASSERT_THAT(assessed, IsOk());
  EXPECT_EQ(OutcomeOf(*assessed, "members"), Verdict::OUTCOME_NOT_MET);
  EXPECT_EQ(OutcomeOf(*assessed, "team"), Verdict::OUTCOME_UNKNOWN);
  EXPECT_EQ(OutcomeOf(*assessed, "website"), Verdict::OUTCOME_MET);
  EXPECT_THAT(assessed->verdicts(0).reason(), AllOf(HasSubstr("12"), HasSubstr("15")));
  ASSERT_THAT(Go("WaiveCriterion", name, "criterion: \"members\" note: \"grows fast\""), IsOk());
  const auto open = Go("AdmitApplicant", name);
  EXPECT_THAT(open, ReasonIs("CRITERIA_OPEN"));
  EXPECT_THAT(open.status().message(), HasSubstr("team (unknown)"));
  Profile("management_team { full_time_equivalents: 2 }");
  const auto again = Go("AssessApplication", name);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(OutcomeOf(*again, "members"), Verdict::OUTCOME_WAIVED);
  EXPECT_EQ(OutcomeOf(*again, "website"), Verdict::OUTCOME_MET);
  const store::Revision before = *world_.store->revision();
  const auto admitted = Go("AdmitApplicant", name, "level: \"full\" start: \"2024-07\"");
  ASSERT_THAT(admitted, IsOk());
  EXPECT_EQ(admitted->state(), Admission::STATE_ADMITTED);
  EXPECT_EQ(admitted->membership(), "programmes/go-cluster/memberships/hamburg-aviation");
  const auto membership = world_.Get<v1::Membership>(admitted->membership());
  EXPECT_EQ(membership.cluster(), cluster_);
  EXPECT_EQ(membership.level(), "full");
  EXPECT_EQ(membership.period().start(), "2024-07");
  // All of it in one write.
  EXPECT_EQ(world_.store->revision()->value, before.value + 1);
  EXPECT_THAT(world_.KindsAfter(before),
              AllOf(Contains("admission.admitted"), Contains("membership.created")));
  // Everybody is told of the cluster's change, and by the membership, which everybody sees.
  for (const store::Change& change : world_.ChangesAfter(before)) {
    if (change.kind == store::kFactsRefreshed) EXPECT_EQ(change.cause, admitted->membership());
  }
}

TEST_F(AdmissionsTest, WhatIsNoMoreOrPutAsideDoesNotApply) {
  const std::string name = Submitted();
  v1::EndClusterRequest end;
  end.set_name(cluster_);
  end.set_date("2024-05-31");
  ASSERT_THAT(world_.Of<Clusters>().Archive(world_.AsOperator(), cluster_, ""), IsOk());
  ASSERT_THAT(Go("ReturnApplication", name, "note: 'more'"), IsOk());
  ASSERT_THAT(Go("WithdrawApplication", name), IsOk());
  EXPECT_THAT(Come("AskForConsultation", kGoCluster, cluster_), ReasonIs("CLUSTER_ARCHIVED"));
  ASSERT_THAT(world_.Of<Clusters>().Publish(world_.AsOperator(), cluster_, ""), IsOk());
  const auto again = Come("AskForConsultation", kGoCluster, cluster_);
  ASSERT_THAT(again, IsOk());
  ASSERT_THAT(Go("HoldConsultation", again->name()), IsOk());
  ASSERT_THAT(world_.Of<Clusters>().End(world_.AsOperator(), end), IsOk());
  const auto ended = Go("SubmitApplication", again->name());
  EXPECT_THAT(ended, ReasonIs("CLUSTER_ENDED"));
  EXPECT_THAT(ended.status().message(), HasSubstr("2024-05-31"));
  EXPECT_THAT(Go("CloseAdmission", again->name()), IsOk()) << "there is a way out";
}

TEST_F(AdmissionsTest, OneOfADeletedClusterHoldsNothingOfItsProgramme) {
  const std::string name = Submitted();
  ASSERT_THAT(Go("AssessApplication", name), IsOk());
  Programmes programmes = world_.Of<Programmes>();
  EXPECT_THAT(programmes.Delete(Office(), kGoCluster, ""), ReasonIs("IN_USE"));
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), cluster_, ""), IsOk());
  google::protobuf::FieldMask mask;
  mask.add_paths("criteria");
  v1::Programme bare;
  bare.set_name(kGoCluster);
  EXPECT_THAT(programmes.Update(Office(), bare, mask), IsOk());
  ASSERT_THAT(programmes.Delete(Office(), kGoCluster, ""), IsOk());
  ASSERT_THAT(world_.Of<Clusters>().Undelete(world_.AsOperator(), cluster_, ""), IsOk());
  ASSERT_THAT(programmes.Undelete(Office(), kGoCluster, ""), IsOk());
  EXPECT_EQ(Go("AdmitApplicant", name)->state(), Admission::STATE_ADMITTED)
      << "what is asked no more keeps nobody out";
}

TEST_F(AdmissionsTest, EachStepKeepsItsMoveDayNoteAndActor) {
  const std::string name =
      Come("AskForConsultation", kGoCluster, cluster_, "note: \"we are new\" date: \"2024-05-02\"")
          ->name();
  ASSERT_THAT(Go("HoldConsultation", name), IsOk());
  const Admission admission = Read(name);
  ASSERT_EQ(admission.steps_size(), 2);
  EXPECT_EQ(admission.steps(0).move(), "AskForConsultation");
  EXPECT_EQ(admission.steps(0).date(), "2024-05-02");
  EXPECT_EQ(admission.steps(0).note(), "we are new");
  EXPECT_EQ(admission.steps(0).actor(), "corp:team");
  EXPECT_EQ(admission.steps(1).date(), "2024-06-01");
  EXPECT_EQ(admission.steps(1).state(), Admission::STATE_CONSULTATION_HELD);
  EXPECT_EQ(admission.steps(1).actor(), "corp:office");
}

TEST_F(AdmissionsTest, NoImageInTheLogHoldsANoteOrAnActor) {
  const store::Revision before = *world_.store->revision();
  const std::string name =
      Come("AskForConsultation", kGoCluster, cluster_, "note: \"Marta-4711\"")->name();
  ASSERT_THAT(Go("HoldConsultation", name, "note: \"Marta-4711\""), IsOk());
  for (const store::Change& change : world_.ChangesAfter(before)) {
    for (const char* secret : {"Marta-4711", "corp:"}) {
      EXPECT_THAT(change.after->SerializeAsString(), Not(HasSubstr(secret)));
      EXPECT_THAT(change.facts_after.value_or(""), Not(HasSubstr(secret)));
    }
  }
}

TEST_F(AdmissionsTest, ItIsSeenByTheOfficeAndTheClusterAlone) {
  const std::string name = Submitted();
  const facts::Facts facts = world_.FactsOf(name);
  EXPECT_THAT(facts.audience().members(), ElementsAre(cluster_, kGoCluster));
  EXPECT_EQ(facts.title(), "Admission to go-cluster: Hamburg Aviation");
  EXPECT_EQ(facts.summary(), "The application was submitted on 2024-06-01.");
  EXPECT_EQ(facts.summary_de(), "Die Bewerbung wurde am 1. Juni 2024 eingereicht.");
  EXPECT_EQ(facts.parent(), kGoCluster);
  for (const filter::Viewer& viewer :
       {filter::Viewer::Public(), filter::Viewer::As("clusters/other"),
        filter::Viewer::As(kEccp)}) {
    EXPECT_THAT(admissions().Get(world_.Read(viewer), name), StatusIs(absl::StatusCode::kNotFound));
  }
  EXPECT_THAT(admissions().Get(world_.Read(Team().viewer), name), IsOk());
  EXPECT_THAT(admissions().Get(world_.Read(Office().viewer), name), IsOk());
  const auto listed = admissions().List(world_.Read(Team().viewer), {.parent = "programmes/-"});
  ASSERT_THAT(listed, IsOk());
  EXPECT_EQ(listed->resources.size(), 1u);
}

TEST_F(AdmissionsTest, AnotherProgrammesOfficeDoesNotEvenFindIt) {
  const std::string name = Submitted();
  EXPECT_THAT(Make(Office(kEccp), "AssessApplication", "name: \"" + name + "\""),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(AdmissionsTest, ApplyingWithoutTheTalkIsRefusedWithThatWord) {
  const auto refused = Come("SubmitApplication", kGoCluster, cluster_);
  EXPECT_THAT(refused, ReasonIs("CONSULTATION_FIRST"));
  EXPECT_THAT(refused.status().message(), HasSubstr("consultation talk comes first"));
  EXPECT_THAT(Come("AskForConsultation", kEccp, cluster_), ReasonIs("NO_CONSULTATION"));
  EXPECT_THAT(Come("SubmitApplication", kEccp, cluster_), IsOk());
}

TEST_F(AdmissionsTest, OfTwoAdmissionsOfOneClusterInOneProgrammeOnlyOneIsOpen) {
  const std::string name = Through({"AskForConsultation"});
  const auto second = Come("AskForConsultation", kGoCluster, cluster_);
  EXPECT_THAT(second, ReasonIs("ADMISSION_OPEN"));
  EXPECT_THAT(second.status().message(), HasSubstr(name));
  ASSERT_THAT(Go("WithdrawApplication", name), IsOk());
  const std::string next = Come("AskForConsultation", kGoCluster, cluster_)->name();
  EXPECT_THAT(next, StartsWith(name + "-"));
  EXPECT_THAT(Come("AskForConsultation", kGoCluster, cluster_).status().message(), HasSubstr(next));
  // Beside another programme it may.
  EXPECT_THAT(Come("SubmitApplication", kEccp, cluster_), IsOk());
}

TEST_F(AdmissionsTest, AClusterThatComesAgainLearnsNothingOfItsNeighboursInName) {
  const std::string second = world_.NewCluster("Hamburg Aviation 2").name();
  ASSERT_EQ(second, cluster_ + "-2");
  ASSERT_THAT(Come("AskForConsultation", kGoCluster, second), IsOk());
  Through({"AskForConsultation", "CloseAdmission"});
  // As if there were none: five random characters.
  EXPECT_THAT(Come("AskForConsultation", kGoCluster, cluster_)->name(),
              MatchesRegex(".*/admissions/hamburg-aviation-[a-z0-9]{5}"));
}

TEST_F(AdmissionsTest, AClusterComesSoOftenAndNotMore) {
  absl::Status last;
  int times = 0;
  for (; last.ok() && times < 300; ++times) {
    const auto made = Come("SubmitApplication", kEccp, cluster_);
    last = made.status();
    if (made.ok()) ASSERT_THAT(Go("WithdrawApplication", made->name()), IsOk());
  }
  EXPECT_THAT(last, ReasonIs("TOO_MANY_ADMISSIONS"));
  EXPECT_EQ(times, 201);
}

TEST_F(AdmissionsTest, AMemberNeedsNoAdmission) {
  v1::Membership membership;
  membership.set_cluster(cluster_);
  membership.mutable_period()->set_start("2020");
  ASSERT_THAT(world_.Of<Memberships>().Create(world_.AsOperator(), kGoCluster, membership, ""),
              IsOk());
  EXPECT_THAT(Come("AskForConsultation", kGoCluster, cluster_), ReasonIs("ALREADY_MEMBER"));
}

TEST_F(AdmissionsTest, AMembershipThatIsADraftIsNotToldToWhoComes) {
  v1::Membership membership;
  membership.set_cluster(cluster_);
  membership.set_state(v1::Membership::STATE_DRAFT);
  membership.mutable_period()->set_start("2024-01-01");
  const auto draft = world_.Of<Memberships>().Create(world_.AsOperator(), kEccp, membership, "");
  ASSERT_THAT(draft, IsOk());
  const auto come = Come("SubmitApplication", kEccp, cluster_);
  ASSERT_THAT(come, IsOk());
  ASSERT_THAT(Go("AssessApplication", come->name()), IsOk());
  // The office, whose draft it is, learns what is in its way.
  EXPECT_THAT(Go("AdmitApplicant", come->name()), ReasonIs("ALREADY_MEMBER"));
}

TEST_F(AdmissionsTest, ADayIsNeitherAheadNorBeforeTheStepBefore) {
  const auto date = [&](const std::string& day) { return "date: \"" + day + "\""; };
  EXPECT_THAT(Come("AskForConsultation", kGoCluster, cluster_, date("2024-06-02")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("lies ahead")));
  EXPECT_THAT(Come("AskForConsultation", kGoCluster, cluster_, date("2024-05")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is no day")));
  const std::string name =
      Come("AskForConsultation", kGoCluster, cluster_, date("2024-05-02"))->name();
  EXPECT_THAT(Go("HoldConsultation", name, date("2024-05-01")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("AskForConsultation")));
  EXPECT_THAT(Go("HoldConsultation", name, date("2024-05-02")), IsOk());
}

TEST_F(AdmissionsTest, AProgrammeThatIsClosedOverOrADraftTakesNone) {
  Terms("name: \"programmes/eccp\" period { end: \"2024-05-31\" }");
  EXPECT_THAT(Come("SubmitApplication", kEccp, cluster_), ReasonIs("NOT_TAKING_APPLICATIONS"));
  Terms("name: \"programmes/eccp\" period { end: \"2024-06-01\" }");
  const std::string name = Come("SubmitApplication", kEccp, cluster_)->name();
  ASSERT_THAT(Go("AssessApplication", name), IsOk());
  world_.SetToday("2024-06-02");
  EXPECT_THAT(Go("AdmitApplicant", name), ReasonIs("NOT_TAKING_APPLICATIONS"));
  EXPECT_THAT(Go("CloseAdmission", name), IsOk());
  auto draft = Said<v1::Programme>(
      R"(title: "New" kind: KIND_PROGRAMME country: "DE" admission { takes_applications: true })");
  ASSERT_THAT(world_.Of<Programmes>().Create(world_.AsOperator(), "", draft, "new"), IsOk());
  const std::string request = "parent: \"programmes/new\" cluster: \"" + cluster_ + "\"";
  EXPECT_THAT(Make(Team(), "SubmitApplication", request), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Make(world_.AsOperator(), "SubmitApplication", request),
              ReasonIs("NOT_TAKING_APPLICATIONS"));
}

TEST_F(AdmissionsTest, WhatWasReturnedMayComeAgainThoughNoMoreAreTaken) {
  const std::string name = Submitted();
  ASSERT_THAT(Go("ReturnApplication", name), IsOk());
  v1::Programme closed = world_.Get<v1::Programme>(kGoCluster);
  closed.mutable_admission()->set_takes_applications(false);
  google::protobuf::FieldMask mask;
  mask.add_paths("admission");
  ASSERT_THAT(world_.Of<Programmes>().Update(world_.AsOperator(), closed, mask), IsOk());
  EXPECT_THAT(Go("SubmitApplication", name), IsOk());
}

TEST_F(AdmissionsTest, TheOfficeMustSayWhyWhereItRefusesOrWaives) {
  const std::string name = Submitted();
  const auto returned = Make(Office(), "ReturnApplication", "name: \"" + name + "\"");
  EXPECT_THAT(returned, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("note")));
  ASSERT_THAT(Go("AssessApplication", name), IsOk());
  EXPECT_THAT(Make(Office(), "WaiveCriterion", "name: \"" + name + "\" criterion: \"members\""),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("note")));
}

TEST_F(AdmissionsTest, TheOfficeSpeaksOnWhatIsCheckedByHandAlone) {
  const std::string name = Submitted();
  const auto refused =
      Go("AssessApplication", name, R"(met: ["members", "nothing"] not_met: ["website"])");
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument,
                                AllOf(HasSubstr("met[0]"), HasSubstr("WaiveCriterion"),
                                      HasSubstr("met[1]"), HasSubstr("members, team, website"))));
  EXPECT_THAT(Go("AssessApplication", name, R"(met: ["website"] not_met: ["website"])"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("not_met[0]")));
  ASSERT_THAT(Go("AssessApplication", name, "not_met: \"website\""), IsOk());
  EXPECT_THAT(Go("WaiveCriterion", name, "criterion: \"website\" note: \"x\""),
              ReasonIs("NOT_WAIVABLE"));
  EXPECT_THAT(Go("WaiveCriterion", name, "criterion: \"nothing\" note: \"x\""),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("members, team, website")));
  ASSERT_THAT(Go("WaiveCriterion", name), IsOk());
  EXPECT_THAT(Go("WaiveCriterion", name), ReasonIs("NOTHING_TO_WAIVE"));
}

TEST_F(AdmissionsTest, WhatTheProgrammeAsksForSinceTheAssessmentIsNotOverlooked) {
  const std::string name = Come("SubmitApplication", kEccp, cluster_)->name();
  ASSERT_THAT(Go("AssessApplication", name), IsOk());
  Terms(R"(name: "programmes/eccp" criteria { id: "website" group: GROUP_IMPACT
           title: "An English website" by_hand: true })");
  EXPECT_THAT(Go("AdmitApplicant", name), ReasonIs("CRITERIA_CHANGED"));
  ASSERT_THAT(Go("AssessApplication", name, "met: \"website\""), IsOk());
  EXPECT_THAT(Go("AdmitApplicant", name), IsOk());
}

TEST_F(AdmissionsTest, WhatTheCatalogueFoundIsNotTheOfficesWordOnceTheCriterionIsLookedAtByHand) {
  const std::string criterion = R"(name: "programmes/eccp" criteria { id: "team"
      group: GROUP_MANAGEMENT title: "A team" )";
  Terms(criterion + "measure: MEASURE_MEMBERS minimum: 10 }");
  const std::string name = Come("SubmitApplication", kEccp, cluster_)->name();
  ASSERT_THAT(Go("AssessApplication", name), IsOk());
  EXPECT_EQ(Read(name).verdicts(0).outcome(), v1::Verdict::OUTCOME_MET);
  EXPECT_FALSE(Read(name).verdicts(0).by_hand());
  Terms(criterion + "by_hand: true }");
  EXPECT_THAT(Go("AdmitApplicant", name), ReasonIs("CRITERIA_CHANGED"));
  ASSERT_THAT(Go("AssessApplication", name), IsOk());
  EXPECT_EQ(Read(name).verdicts(0).outcome(), v1::Verdict::OUTCOME_BY_HAND);
  EXPECT_THAT(Go("AdmitApplicant", name), ReasonIs("CRITERIA_OPEN"));
  ASSERT_THAT(Go("AssessApplication", name, "met: \"team\""), IsOk());
  EXPECT_TRUE(Read(name).verdicts(0).by_hand());
  // What the office has said stays with the next assessment.
  ASSERT_THAT(Go("AssessApplication", name), IsOk());
  EXPECT_THAT(Go("AdmitApplicant", name), IsOk());
}

TEST_F(AdmissionsTest, WhatHasChangedSinceTheAssessmentIsNamedAndAdmitsNobody) {
  const std::string criterion = R"(name: "programmes/eccp" criteria { id: "members"
      group: GROUP_STRUCTURE title: "Members" )";
  Terms(criterion + "measure: MEASURE_MEMBERS minimum: 12 }");
  const std::string name = Come("SubmitApplication", kEccp, cluster_)->name();
  ASSERT_THAT(Go("AssessApplication", name), IsOk());
  Terms(criterion + "measure: MEASURE_MEMBERS minimum: 13 }");
  const auto raised = Go("AdmitApplicant", name);
  EXPECT_THAT(raised, ReasonIs("CRITERIA_CHANGED"));
  EXPECT_THAT(raised.status().message(), AllOf(HasSubstr("members"), HasSubstr("12")));
  EXPECT_EQ(ErrorInfoOf(raised.status()).metadata().at("criteria"), "members");
  Terms(criterion + "filter { regions: \"nuts:DE\" } }");
  EXPECT_THAT(Go("AdmitApplicant", name), IsOk()) << "another way to ask that is met too";
}

TEST_F(AdmissionsTest, AProfileThatWasEditedSinceTheAssessmentAdmitsNobody) {
  Terms(R"(name: "programmes/eccp" criteria { id: "members" group: GROUP_STRUCTURE
           title: "Members" measure: MEASURE_MEMBERS minimum: 12 waivable: true })");
  const std::string name = Come("SubmitApplication", kEccp, cluster_)->name();
  ASSERT_THAT(Go("AssessApplication", name), IsOk());
  auto cluster = world_.Get<v1::Cluster>(cluster_);
  cluster.mutable_members()->set_total(3);
  ASSERT_THAT(world_.Of<Clusters>().Update(world_.AsOperator(), cluster, {}), IsOk());
  EXPECT_THAT(Go("AdmitApplicant", name), ReasonIs("CRITERIA_CHANGED"));
  ASSERT_THAT(Go("AssessApplication", name), IsOk());
  ASSERT_THAT(Go("WaiveCriterion", name), IsOk());
  EXPECT_THAT(Go("AdmitApplicant", name), IsOk()) << "what is waived stays so";
}

TEST_F(AdmissionsTest, WhatIsWrongWithTheMembershipIsNamedByTheRequestsFieldAndNothingIsHalfDone) {
  const std::string name = Come("SubmitApplication", kEccp, cluster_)->name();
  ASSERT_THAT(Go("AssessApplication", name), IsOk());
  const store::Revision before = *world_.store->revision();
  const auto refused = Go("AdmitApplicant", name, "level: \"gold\"");
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("level")));
  EXPECT_EQ(BadRequestOf(refused.status()).field_violations(0).field(), "level");
  EXPECT_THAT(Go("AdmitApplicant", name, "start: \"soon\""),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("start")));
  EXPECT_EQ(*world_.store->revision(), before);
}

TEST_F(AdmissionsTest, AProgrammeWithAnOpenAdmissionCanNotBeDeleted) {
  const std::string name = Through({"AskForConsultation"});
  Programmes programmes = world_.Of<Programmes>();
  const auto refused = programmes.Delete(world_.AsOperator(), kGoCluster, "");
  EXPECT_THAT(refused, ReasonIs("IN_USE"));
  EXPECT_THAT(refused.status().message(), HasSubstr(name));
  ASSERT_THAT(Go("CloseAdmission", name), IsOk());
  EXPECT_THAT(programmes.Delete(world_.AsOperator(), kGoCluster, ""), IsOk());
}

TEST_F(AdmissionsTest, AClusterThatIsDeletedMeanwhileTakesItsAdmissionOutOfSightAndBringsItBack) {
  const std::string name = Submitted();
  Clusters clusters = world_.Of<Clusters>();
  ASSERT_THAT(clusters.Delete(world_.AsOperator(), cluster_, ""), IsOk());
  EXPECT_THAT(Go("AssessApplication", name), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Come("SubmitApplication", kEccp, cluster_),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("does not exist")));
  ASSERT_THAT(clusters.Undelete(world_.AsOperator(), cluster_, ""), IsOk());
  EXPECT_THAT(Go("AssessApplication", name), IsOk());
}

TEST_F(AdmissionsTest, WhoIsNotTheTeamOfTheClusterCanNotBringIt) {
  const std::string request = "parent: \"programmes/eccp\" cluster: \"" + cluster_ + "\"";
  for (const WriteCall& call : {Office(kEccp), Team("clusters/other")}) {
    EXPECT_THAT(Make(call, "SubmitApplication", request), ReasonIs("NOT_YOURS"));
  }
  EXPECT_THAT(Make(world_.AsOperator(), "SubmitApplication", request), IsOk());
}

TEST_F(AdmissionsTest, AllThatIsWrongWithARequestIsNamedAtOnce) {
  const auto refused = Make(Team(), "SubmitApplication", "parent: \"eccp\" date: \"soon\"");
  EXPECT_THAT(refused,
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("parent"), HasSubstr("cluster"), HasSubstr("date"))));
  EXPECT_THAT(Make(Team(), "SubmitApplication",
                   "name: \"programmes/eccp/admissions/x\" parent: \"programmes/eccp\""),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("parent")));
  EXPECT_THAT(
      Make(Office(), "HoldConsultation", "name: \"x\" date: \"soon\""),
      StatusIs(absl::StatusCode::kInvalidArgument, AllOf(HasSubstr("name"), HasSubstr("date"))));
}

TEST_F(AdmissionsTest, ARepeatedRequestGetsItsFirstAnswerAndAStaleEtagIsRefused) {
  WriteCall call = Team();
  call.store.caller = "corp:team";
  call.store.request_id = "r1";
  call.store.digest = "d";
  const std::string request =
      "parent: \"programmes/eccp\" cluster: \"" + cluster_ + "\" note: \"we come\"";
  const auto first = Make(call, "SubmitApplication", request);
  ASSERT_THAT(first, IsOk());
  const auto again = Make(call, "SubmitApplication", request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  ASSERT_THAT(Go("AssessApplication", first->name()), IsOk());
  EXPECT_THAT(Go("CloseAdmission", first->name(), "etag: \"" + first->etag() + "\""),
              ReasonIs("ETAG_MISMATCH"));
}

TEST_F(AdmissionsTest, StepsHaveALimitThatLeavesRoomForTheEnd) {
  const std::string name = Come("SubmitApplication", kEccp, cluster_)->name();
  absl::Status last;
  for (int i = 0; i < 120 && last.ok(); ++i) {
    last = Go("AssessApplication", name, "note: \"again\"").status();
  }
  EXPECT_THAT(last, ReasonIs("TOO_MANY_STEPS"));
  EXPECT_THAT(Go("CloseAdmission", name), IsOk());
  EXPECT_EQ(Read(name).steps_size(), 100);
}

}  // namespace
}  // namespace clusterwire::catalogue
