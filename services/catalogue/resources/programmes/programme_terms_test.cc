#include "services/catalogue/resources/programmes/programme_terms.h"

#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/resources/admissions/admission_rules.h"
#include "services/catalogue/resources/bookings/booking_rules.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/resources/memberships/membership_rules.h"
#include "services/catalogue/resources/programmes/programme_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kName[] = "programmes/go-cluster";

class TermsTest : public ::testing::Test {
 protected:
  static v1::Programme FromText(const std::string& text) {
    v1::Programme programme;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &programme)) << text;
    programme.set_name(kName);
    return programme;
  }
  absl::StatusOr<v1::Programme> Write(const std::string& text, const WriteCall& call) {
    return world_.Of<Programmes>().Update(call, FromText(text), {});
  }
  absl::StatusOr<v1::Programme> Write(const std::string& text) {
    return Write(text, world_.As(kName));
  }

  World world_;
};

TEST_F(TermsTest, TheDutyIsALevelOfAScheme) {
  EXPECT_THAT(Write("duty { scheme: 'labelSchemes/ecei' level: 'silver' expiry_grace_months: 12 }"),
              IsOk());
  EXPECT_THAT(Write("duty { scheme: 'labelSchemes/none' level: 'silver' }"),
              HasFieldError("programme.duty.scheme"));
  EXPECT_THAT(
      Write("duty { scheme: 'labelSchemes/ecei' level: 'diamond' }"),
      AllOf(HasFieldError("programme.duty.level"),
            StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("bronze, silver, gold"))));
  EXPECT_THAT(Write("duty { scheme: 'labelSchemes/ecei' level: 'gold' expiry_grace_months: -1 }"),
              HasFieldError("programme.duty.expiry_grace_months"));
}

TEST_F(TermsTest, ADutyIsOneSinceTodayUnlessItSaysSinceWhen) {
  const std::string silver = "duty { scheme: 'labelSchemes/ecei' level: 'silver' ";
  EXPECT_EQ(Write(silver + "since: '2016' }")->duty().since(), "2016");
  EXPECT_EQ(Write(silver + "expiry_grace_months: 6 }")->duty().since(), "2016") << "the same one";
  EXPECT_EQ(Write("duty { scheme: 'labelSchemes/ecei' level: 'gold' }")->duty().since(),
            "2024-06-01")
      << "another level";
  EXPECT_EQ(Write("duty { since: '2020-01' }")->duty().since(), "2020-01");
  EXPECT_THAT(Write(silver + "since: 'soon' }"), HasFieldError("programme.duty.since"));
}

TEST_F(TermsTest, ASchemeThatADutyNamesStaysWithItsLevel) {
  ASSERT_THAT(Write("duty { scheme: 'labelSchemes/ecei' level: 'silver' }"), IsOk());
  EXPECT_THAT(world_.Of<LabelSchemes>().Delete(world_.AsOperator(), "labelSchemes/ecei", ""),
              ReasonIs("IN_USE"));
}

TEST_F(TermsTest, ACoverageSaysWhichLabelsAndHowMuch) {
  const auto covered = [](const std::string& rest) {
    return "offerings { id: 'silver' kind: KIND_COST_COVERAGE title: 'Silver' " + rest + " }";
  };
  EXPECT_THAT(Write(covered("scheme: 'labelSchemes/ecei' levels: 'silver' share_percent: 100 "
                            "recipients { none_of { label_levels: 'ecei:gold' } }")),
              IsOk());
  EXPECT_THAT(Write(covered("scheme: 'labelSchemes/ecei' levels: 'silver' "
                            "amount { currency_code: 'EUR' units: 4307 nanos: 800000000 }")),
              IsOk());
  EXPECT_THAT(Write(covered("")), AllOf(HasFieldError("programme.offerings[0].scheme"),
                                        HasFieldError("programme.offerings[0]")));
  EXPECT_THAT(Write(covered("scheme: 'labelSchemes/ecei' share_percent: 101")),
              AllOf(HasFieldError("programme.offerings[0].levels"),
                    HasFieldError("programme.offerings[0].share_percent")));
  EXPECT_THAT(Write(covered("scheme: 'labelSchemes/ecei' levels: 'silver' levels: 'tin' "
                            "amount { currency_code: 'EUR' }")),
              AllOf(HasFieldError("programme.offerings[0].levels[1]"),
                    HasFieldError("programme.offerings[0].amount")));
  EXPECT_THAT(Write(covered("scheme: 'labelSchemes/ecei' levels: 'silver' share_percent: 50 "
                            "recipients { states: 'valid' }")),
              HasFieldError("programme.offerings[0].recipients.states[0]"));
}

TEST_F(TermsTest, WhatBelongsToACoverageIsRefusedOfOtherOfferings) {
  EXPECT_THAT(Write("offerings { id: 'a' kind: KIND_CONSULTING title: 'A' share_percent: 5 "
                    "scheme: 'labelSchemes/ecei' } offerings { id: 'a' title: 'B' }"),
              AllOf(HasFieldError("programme.offerings[0].share_percent"),
                    HasFieldError("programme.offerings[0].scheme"),
                    HasFieldError("programme.offerings[1].id"),
                    HasFieldError("programme.offerings[1].kind")));
}

TEST_F(TermsTest, MonthsAndReminderDaysHaveLimits) {
  EXPECT_THAT(Write("probation_months: 121 probation_reminder_days: [ 30, 30, 400 ] "
                    "grace_reminder_days: -1"),
              AllOf(HasFieldError("programme.probation_months"),
                    HasFieldError("programme.probation_reminder_days[1]"),
                    HasFieldError("programme.probation_reminder_days[2]"),
                    HasFieldError("programme.grace_reminder_days[0]")));
  EXPECT_THAT(Write("probation_months: 24 probation_reminder_days: [ 90, 30, 7 ]"), IsOk());
}

TEST_F(TermsTest, OnlyAnOperatorTurnsAPlatformIntoOneThatListsDrafts) {
  EXPECT_THAT(Write("admission { lists_drafts: true }", world_.AsOperator()),
              HasFieldError("programme.admission.lists_drafts"));
  EXPECT_THAT(Write("kind: KIND_PLATFORM admission { lists_drafts: true }"),
              AllOf(ReasonIs("NOT_YOURS"), StatusIs(absl::StatusCode::kPermissionDenied,
                                                    HasSubstr("operators turn it on"))));
  ASSERT_THAT(Write("kind: KIND_PLATFORM admission { lists_drafts: true }", world_.AsOperator()),
              IsOk());
  EXPECT_THAT(Write("summary: 'An office may go on to write the rest'"), IsOk());
  EXPECT_THAT(Write("kind: KIND_NETWORK"), HasFieldError("programme.admission.lists_drafts"));
}

TEST_F(TermsTest, ApplicationsAreTakenByAPublishedProgrammeThatRunsAndTakesThem) {
  v1::Programme programme =
      FromText("state: STATE_PUBLISHED admission { takes_applications: true }");
  const absl::Time now = world_.clock.Now();
  EXPECT_THAT(CheckTakesApplications(programme, now), IsOk());
  programme.mutable_period()->set_end("2024-06-01");
  EXPECT_THAT(CheckTakesApplications(programme, now), IsOk()) << "its last day";
  EXPECT_THAT(CheckTakesApplications(programme, now + absl::Hours(24)),
              AllOf(ReasonIs("NOT_TAKING_APPLICATIONS"),
                    StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("2024-06-01"))));
  programme.clear_period();
  programme.set_state(v1::Programme::STATE_DRAFT);
  EXPECT_THAT(CheckTakesApplications(programme, now), ReasonIs("NOT_TAKING_APPLICATIONS"));
  EXPECT_THAT(CheckTakesApplications(FromText("state: STATE_PUBLISHED"), now),
              ReasonIs("NOT_TAKING_APPLICATIONS"));
}

TEST_F(TermsTest, ACriterionThatAnOpenAdmissionHasAVerdictOnStays) {
  world_.NewCluster("Applicant");
  ASSERT_THAT(Write("admission { takes_applications: true } "
                    "criteria { id: 'a' group: GROUP_IMPACT title: 'A' by_hand: true }"),
              IsOk());
  v1::SubmitApplicationRequest submit;
  submit.set_parent(kName);
  submit.set_cluster("clusters/applicant");
  Admissions admissions(*world_.store);
  const auto admission = admissions.Submit(world_.AsOperator(), submit);
  ASSERT_THAT(admission, IsOk());
  v1::AssessApplicationRequest assess;
  assess.set_name(admission->name());
  ASSERT_THAT(admissions.Assess(world_.AsOperator(), assess), IsOk());

  const std::string renamed =
      "criteria { id: 'b' group: GROUP_IMPACT title: 'Another title' by_hand: true }";
  EXPECT_THAT(Write(renamed),
              AllOf(HasFieldError("programme.criteria"),
                    StatusIs(absl::StatusCode::kInvalidArgument,
                             HasSubstr("'a' must stay, under that id: " + admission->name()))));
  EXPECT_THAT(
      Write("criteria { id: 'a' group: GROUP_IMPACT title: 'Another title' by_hand: true }"),
      IsOk());
  v1::CloseAdmissionRequest close;
  close.set_name(admission->name());
  ASSERT_THAT(admissions.Close(world_.AsOperator(), close), IsOk());
  EXPECT_THAT(Write(renamed), IsOk());
}

TEST_F(TermsTest, AnOfferingThatAnOpenBookingIsOfStays) {
  world_.NewCluster("Member");
  ASSERT_THAT(Write("offerings { id: 'a' kind: KIND_CONSULTING title: 'A' }"), IsOk());
  v1::Membership membership;
  membership.set_cluster("clusters/member");
  membership.mutable_period()->set_start("2024-01");
  ASSERT_THAT(world_.Of<Memberships>().Create(world_.AsOperator(), kName, membership, ""), IsOk());
  v1::AskForBookingRequest ask;
  ask.set_parent(kName);
  ask.set_cluster("clusters/member");
  ask.set_offering("a");
  Bookings bookings(*world_.store);
  const auto booking = bookings.Ask(world_.AsOperator(), ask);
  ASSERT_THAT(booking, IsOk());

  const std::string renamed = "offerings { id: 'b' kind: KIND_CONSULTING title: 'A' }";
  EXPECT_THAT(Write(renamed), AllOf(HasFieldError("programme.offerings"),
                                    StatusIs(absl::StatusCode::kInvalidArgument,
                                             HasSubstr(booking->name() + " is open"))));
  v1::CancelBookingRequest cancel;
  cancel.set_name(booking->name());
  ASSERT_THAT(bookings.Cancel(world_.AsOperator(), cancel), IsOk());
  EXPECT_THAT(Write(renamed), IsOk());
}

TEST_F(TermsTest, PartsAreFoundByTheirIds) {
  const v1::Programme programme = FromText("offerings { id: 'a' } criteria { id: 'b' }");
  EXPECT_EQ(FindOffering(programme, "a"), &programme.offerings(0));
  EXPECT_EQ(FindOffering(programme, "b"), nullptr);
  EXPECT_EQ(FindCriterion(programme, "b"), &programme.criteria(0));
  EXPECT_EQ(FindCriterion(programme, "a"), nullptr);
}

}  // namespace
}  // namespace clusterwire::catalogue
