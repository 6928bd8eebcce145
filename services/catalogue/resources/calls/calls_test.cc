// Open calls: their cut-offs, and what the clock makes of them.
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/resources/calls/call_dates.h"
#include "services/catalogue/resources/calls/call_rules.h"
#include "services/catalogue/testing/world.h"
#include "services/catalogue/timers/timer_runner.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using type::v1::Calendar;
using v1::Call;

constexpr char kHosts[] = R"pb(
  title: "Clusters meet Regions: hosts"
  kind: KIND_HOSTING
  funder: "European Commission"
  programmes: "programmes/go-cluster"
  state: STATE_PUBLISHED
  opens: "2024-07-01"
  cut_offs { date: "2024-09-30" time: "17:00" title: "first" }
  cut_offs { date: "2024-12-15" }
  reminder_days: 7
  budget { currency_code: "EUR" units: 500000 }
  largest_grant { currency_code: "EUR" units: 50000 }
  funding_rate: 75
  sectors: "esca:ict")pb";

Call Read(const std::string& text) {
  Call call;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &call)) << text;
  return call;
}

class CallsTest : public ::testing::Test {
 protected:
  absl::StatusOr<Call> Try(const std::string& more, const std::string& base = kHosts) {
    Call call = Read(base);
    call.MergeFrom(Read(more));
    return calls_.Create(world_.AsOperator(), "", call, "");
  }
  std::string New(const std::string& more = "") {
    const auto made = Try(more);
    EXPECT_THAT(made, IsOk());
    return made.ok() ? made->name() : "";
  }
  absl::StatusOr<Call> Change(const std::string& name, const std::string& text,
                              std::vector<std::string> paths = {}) {
    Call call = Read(text);
    call.set_name(name);
    google::protobuf::FieldMask mask;
    for (const std::string& path : paths) mask.add_paths(path);
    return calls_.Update(world_.AsOperator(), call, mask);
  }
  absl::StatusOr<Call> Withdraw(const std::string& name, const std::string& reason) {
    v1::WithdrawCallRequest request;
    request.set_name(name);
    request.set_reason(reason);
    return calls_.Withdraw(world_.AsOperator(), request);
  }
  std::vector<std::string> KindsUpTo(const std::string& day) {
    const store::Revision before = *world_.store->revision();
    world_.SetToday(day);
    TimerRunner timers(*world_.store, TimerSteps(), world_.clock, world_.random, metrics_);
    EXPECT_THAT(timers.CatchUp(), IsOk());
    return world_.KindsAfter(before);
  }
  std::string DeadlineOf(const std::string& name) { return world_.FactsOf(name).deadline(); }

  World world_{"2024-06-01"};
  telemetry::Metrics metrics_;
  Calls calls_{*world_.store};
};

TEST_F(CallsTest, TheClockOpensRemindsPassesEachCutOffAndClosesAfterTheLast) {
  const std::string name = New();
  EXPECT_EQ(world_.FactsOf(name).state(), "published");
  EXPECT_EQ(DeadlineOf(name), "2024-09-30");
  EXPECT_THAT(KindsUpTo("2024-07-01"), ElementsAre("call.opened"));
  EXPECT_EQ(world_.FactsOf(name).state(), "open");
  EXPECT_THAT(KindsUpTo("2024-09-22"), IsEmpty());
  EXPECT_THAT(KindsUpTo("2024-09-23"), ElementsAre("call.closing"));
  EXPECT_THAT(KindsUpTo("2024-09-30"), IsEmpty());  // noon, and it is at 17:00
  EXPECT_THAT(KindsUpTo("2024-10-01"), ElementsAre("call.cut_off_passed"));
  EXPECT_EQ(DeadlineOf(name), "2024-12-15");
  EXPECT_THAT(KindsUpTo("2024-12-08"), ElementsAre("call.closing"));
  EXPECT_THAT(KindsUpTo("2024-12-16"), ElementsAre("call.closed"));
  EXPECT_EQ(world_.FactsOf(name).state(), "closed");
  EXPECT_EQ(DeadlineOf(name), "");
}

TEST_F(CallsTest, ARestartCatchesUpEachStepInOrder) {
  New();
  EXPECT_THAT(KindsUpTo("2025-03-01"),
              ElementsAre("call.opened", "call.cut_off_passed", "call.closed"));
}

TEST_F(CallsTest, ItsEntryInCalendarsStandsAtTheNextCutOff) {
  const std::string name = New();
  Calendar calendar = world_.FactsOf(name).calendar();
  const std::string uid = calendar.uid();
  EXPECT_EQ(calendar.start(), "2024-09-30T17:00");
  EXPECT_EQ(calendar.time_zone(), "Europe/Brussels");
  EXPECT_EQ(calendar.sequence(), 0);
  KindsUpTo("2024-10-01");
  calendar = world_.FactsOf(name).calendar();
  EXPECT_TRUE(calendar.whole_days());
  EXPECT_EQ(calendar.start(), "2024-12-15");
  EXPECT_EQ(calendar.uid(), uid);
  EXPECT_EQ(calendar.sequence(), 1);
  KindsUpTo("2025-01-01");
  EXPECT_EQ(world_.FactsOf(name).calendar().sequence(), 1);
}

TEST_F(CallsTest, ALaterLastCutOffOpensAClosedCallAgain) {
  const std::string name = New();
  KindsUpTo("2025-01-01");
  const store::Revision before = *world_.store->revision();
  ASSERT_THAT(Change(name, "cut_offs { date: '2024-12-15' } cut_offs { date: '2025-02-15' }"),
              IsOk());
  EXPECT_THAT(world_.KindsAfter(before), ElementsAre("call.extended"));
  EXPECT_EQ(world_.FactsOf(name).state(), "open");
  EXPECT_EQ(DeadlineOf(name), "2025-02-15");
  EXPECT_THAT(KindsUpTo("2025-02-16"), ElementsAre("call.closed"));
}

TEST_F(CallsTest, CutOffsOutOfOrderAndTwoOnOneDayAndOneBeforeItOpensAreRefused) {
  const auto refused = [&](const std::string& text) {
    Call call = Read(kHosts);
    call.clear_cut_offs();
    call.MergeFrom(Read(text));
    return calls_.Create(world_.AsOperator(), "", call, "").status();
  };
  EXPECT_THAT(refused("cut_offs { date: '2024-12-15' } cut_offs { date: '2024-09-30' }"),
              HasFieldError("call.cut_offs[1]"));
  EXPECT_THAT(refused("cut_offs { date: '2024-12-15' } cut_offs { date: '2024-12-15' }"),
              HasFieldError("call.cut_offs[1]"));
  EXPECT_THAT(refused("cut_offs { date: '2024-06-30' }"), HasFieldError("call.cut_offs[0]"));
  EXPECT_THAT(refused("cut_offs { date: '2024-09' }"), HasFieldError("call.cut_offs[0].date"));
  EXPECT_THAT(refused("cut_offs { date: '2025-03-30' time: '02:30' }"),
              HasFieldError("call.cut_offs[0].time"));
  EXPECT_THAT(refused(""), HasFieldError("call.cut_offs"));
}

TEST_F(CallsTest, WhatElseIsWrongIsNamedAllAtOnce) {
  EXPECT_THAT(Try("kind: KIND_UNSPECIFIED title: ' ' funding_rate: 120 "
                  "largest_grant { units: 600000 } programmes: 'programmes/none' "
                  "time_zone: 'Nowhere' sectors: 'esca:none' reminder_days: 400 "
                  "filter { kinds: 'conference' }"),
              AllOf(HasFieldError("call.title"), HasFieldError("call.funding_rate"),
                    HasFieldError("call.largest_grant"), HasFieldError("call.programmes[1]"),
                    HasFieldError("call.time_zone"), HasFieldError("call.sectors[1]"),
                    HasFieldError("call.reminder_days[1]"), HasFieldError("call.filter.kinds[0]")));
  EXPECT_THAT(Try("state: STATE_CLOSED"), HasFieldError("call.state"));
}

TEST_F(CallsTest, ADraftIsSeenByItsOwnerAloneAndPublishedItIsWhatTheClockSays) {
  Call draft = Read(kHosts);
  draft.set_owner("programmes/go-cluster");
  draft.clear_state();
  const auto made = calls_.Create(world_.As("programmes/go-cluster"), "", draft, "");
  ASSERT_THAT(made, IsOk());
  EXPECT_THAT(calls_.Get(world_.Read(filter::Viewer::Public()), made->name()),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Withdraw(made->name(), "No."), ReasonIs("ILLEGAL_MOVE"));
  EXPECT_THAT(KindsUpTo("2024-10-01"), IsEmpty());
  const auto published = calls_.Publish(world_.As("programmes/go-cluster"), made->name(), "");
  ASSERT_THAT(published, IsOk());
  EXPECT_EQ(published->state(), Call::STATE_OPEN);
  EXPECT_EQ(published->next_cut_off(), "2024-12-15");
  EXPECT_THAT(calls_.Get(world_.Read(filter::Viewer::Public()), made->name()), IsOk());
}

TEST_F(CallsTest, AWithdrawnCallStaysWithItsReasonAndItsDates) {
  const std::string name = New();
  EXPECT_THAT(Withdraw(name, ""), HasFieldError("reason"));
  ASSERT_THAT(Withdraw(name, "There is no money."), IsOk());
  EXPECT_THAT(Withdraw(name, "There is no money."), IsOk());
  EXPECT_THAT(Withdraw(name, "Another reason."), ReasonIs("ILLEGAL_MOVE"));
  EXPECT_EQ(world_.FactsOf(name).state(), "withdrawn");
  EXPECT_EQ(DeadlineOf(name), "");
  EXPECT_THAT(world_.FactsOf(name).summary(), HasSubstr("There is no money."));
  EXPECT_EQ(world_.FactsOf(name).calendar().status(), Calendar::STATUS_CANCELLED);
  EXPECT_EQ(world_.FactsOf(name).calendar().sequence(), 1);
  EXPECT_THAT(Change(name, "cut_offs { date: '2025-02-15' }"), HasFieldError("call.cut_offs"));
  EXPECT_THAT(Change(name, "summary: 'Sorry.'"), IsOk());
  EXPECT_THAT(KindsUpTo("2025-02-16"), IsEmpty());
}

TEST_F(CallsTest, WhoMayApplyIsCheckedWithTheReasonAndWhatToState) {
  const std::string name = New("filter { size { min: 15 } } eligibility: 'At least 15 members'");
  const std::string cluster = world_.NewCluster().name();
  v1::CheckCallEligibilityRequest request;
  request.set_call(name);
  request.set_cluster(cluster);
  auto checked = calls_.CheckEligibility(world_.Read(filter::Viewer::Public()), request);
  ASSERT_THAT(checked, IsOk());
  EXPECT_EQ(checked->verdict().outcome(), v1::Verdict::OUTCOME_UNKNOWN);
  EXPECT_THAT(checked->verdict().missing_fields(), ElementsAre("members.total"));
  EXPECT_FALSE(checked->open());
  EXPECT_EQ(checked->eligibility(), "At least 15 members");
  request.set_call("calls/none");
  EXPECT_THAT(calls_.CheckEligibility(world_.Read(filter::Viewer::Public()), request),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace clusterwire::catalogue
