// How much may be given, and how long what was withdrawn is remembered.
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/base/time/clock.h"
#include "libs/telemetry/metrics.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/resources/grants/grant_access.h"
#include "services/catalogue/resources/grants/grant_rules.h"
#include "services/catalogue/testing/world.h"
#include "services/catalogue/timers/timer_runner.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {
namespace {

constexpr char kAnna[] = "corp:anna";
constexpr char kBert[] = "corp:bert";

class GrantLimitsTest : public ::testing::Test {
 protected:
  GrantLimitsTest() {
    world_.NewCluster("Ours");
    world_.NewCluster("Other");
    MustGive(kAnna, "clusters/ours", v1::Grant::ROLE_OWNER);
  }
  WriteCall By(const std::string& subject) {
    const auto rights = index_->RightsOf(subject);
    EXPECT_THAT(rights, IsOk());
    WriteCall call;
    call.viewer = {.members = rights->members,
                   .edits = rights->edits,
                   .owns = rights->owns,
                   .subject = subject};
    call.store.caller = subject;
    return call;
  }
  absl::StatusOr<v1::Grant> Give(const WriteCall& call, const std::string& subject,
                                 const std::string& resource,
                                 v1::Grant::Role role = v1::Grant::ROLE_VIEWER) {
    v1::Grant grant;
    grant.set_subject(subject);
    grant.set_resource(resource);
    grant.set_role(role);
    return grants_.Create(call, grant);
  }
  v1::Grant MustGive(const std::string& subject, const std::string& resource,
                     v1::Grant::Role role = v1::Grant::ROLE_VIEWER) {
    const auto given = Give(world_.AsOperator(), subject, resource, role);
    EXPECT_THAT(given, IsOk());
    return *given;
  }
  void FireTimers() {
    TimerRunner timers(*world_.store, TimerSteps(), world_.clock, world_.random, metrics_);
    EXPECT_THAT(timers.CatchUp(), IsOk());
  }
  absl::Status RowOf(const std::string& name) {
    return (*world_.store->Read())->Get<v1::Grant>(name).status();
  }
  // Grants on the resource to so many, withdrawn again.
  void FillWithWithdrawn(const std::string& resource, size_t count) {
    const auto fill = [&](store::Writer& writer) -> absl::Status {
      for (size_t i = 0; i < count; ++i) {
        v1::Grant grant;
        grant.set_subject(absl::StrCat("corp:w", i));
        grant.set_resource(resource);
        grant.set_role(v1::Grant::ROLE_VIEWER);
        grant.set_name(GrantNameOf(grant.subject(), resource));
        *grant.mutable_delete_time() = ToTimestamp(writer.now());
        RETURN_IF_ERROR(writer.Put(grant, "grant.deleted"));
      }
      return absl::OkStatus();
    };
    ASSERT_THAT(world_.store->Write({}, fill), IsOk());
  }

  World world_;
  telemetry::Metrics metrics_;
  std::unique_ptr<GrantIndex> index_ =
      *GrantIndex::Open(*world_.store, Clock::System(), world_.random);
  Grants grants_{*index_};
};

TEST_F(GrantLimitsTest, AWithdrawnGrantIsRememberedForThirtyDaysAndThenGone) {
  const v1::Grant bert = MustGive(kBert, "clusters/ours");
  ASSERT_THAT(grants_.Delete(world_.AsOperator(), bert.name(), ""), IsOk());
  world_.clock.Advance(absl::Hours(30 * 24) - absl::Seconds(1));
  FireTimers();
  EXPECT_THAT(RowOf(bert.name()), IsOk());
  world_.clock.Advance(absl::Seconds(1));
  FireTimers();
  EXPECT_THAT(RowOf(bert.name()), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Give(By(kAnna), kBert, "clusters/ours"), IsOk());
  EXPECT_THAT(By(kBert).viewer.members, ::testing::ElementsAre("clusters/ours"));
}

TEST_F(GrantLimitsTest, WhatIsGivenAnewIsNotForgotten) {
  const v1::Grant bert = MustGive(kBert, "clusters/ours");
  ASSERT_THAT(grants_.Delete(world_.AsOperator(), bert.name(), ""), IsOk());
  world_.clock.Advance(absl::Hours(29 * 24));
  MustGive(kBert, "clusters/ours");
  world_.clock.Advance(absl::Hours(24 * 24));
  FireTimers();
  EXPECT_THAT(By(kBert).viewer.members, ::testing::ElementsAre("clusters/ours"));
}

TEST_F(GrantLimitsTest, GivingAndWithdrawingWithoutEndLeavesOnlySoManyNames) {
  FillWithWithdrawn("clusters/ours", Grants::kMostWithdrawn);
  const auto refused = Give(By(kAnna), kBert, "clusters/ours");
  EXPECT_THAT(refused, ReasonIs("TOO_MANY_GRANTS"));
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition,
                                ::testing::HasSubstr("withdrawn within 30 days")));
  // It takes no other name: given anew, and withdrawn again, as often as one likes.
  for (int i = 0; i < 3; ++i) {
    const auto given = Give(By(kAnna), "corp:w7", "clusters/ours");
    ASSERT_THAT(given, IsOk());
    ASSERT_THAT(grants_.Delete(By(kAnna), given->name(), ""), IsOk());
  }
  // A transfer leaves a name too.
  EXPECT_THAT(grants_.Transfer(By(kAnna), "clusters/ours", kBert, ""), ReasonIs("TOO_MANY_GRANTS"));
  EXPECT_THAT(Give(world_.AsOperator(), kBert, "clusters/other"), IsOk());
  EXPECT_THAT(Give(world_.AsOperator(), kBert, "clusters/ours"), IsOk());
  // An index that reads all anew knows the same.
  const auto other = *GrantIndex::Open(*world_.store, Clock::System(), world_.random);
  EXPECT_EQ(other->WithdrawnOn("clusters/ours")->size(), Grants::kMostWithdrawn);
  EXPECT_THAT(*other->ResourceOf(GrantNameOf("corp:w7", "clusters/ours")), ::testing::IsEmpty());
  world_.clock.Advance(kGrantRemembered);
  FireTimers();
  EXPECT_THAT(*other->WithdrawnOn("clusters/ours"), ::testing::IsEmpty());
  EXPECT_THAT(Give(By(kAnna), "corp:carl", "clusters/ours"), IsOk());
}

TEST_F(GrantLimitsTest, OneOwnerFillsNobodysRoom) {
  const auto event = [&](size_t i) {
    v1::CalendarEvent event;
    event.set_title(absl::StrCat("Evening ", i));
    event.set_kind(v1::CalendarEvent::KIND_CONFERENCE);
    event.mutable_period()->set_start("2024-09-01");
    event.set_owner("clusters/ours");
    event.set_state(v1::CalendarEvent::STATE_DRAFT);
    const auto made =
        world_.Of<Events>().Create(world_.AsOperator(), "", event, absl::StrCat("evening-", i));
    EXPECT_THAT(made, IsOk());
    return made->name();
  };
  ASSERT_THAT(Give(By(kAnna), kBert, "clusters/ours"), IsOk());
  for (size_t i = 1; i < Grants::kMostOfOneOwner; ++i) {
    ASSERT_THAT(Give(By(kAnna), kBert, event(i)), IsOk());
  }
  const std::string last = event(Grants::kMostOfOneOwner);
  const auto refused = Give(By(kAnna), kBert, last);
  EXPECT_THAT(refused, ReasonIs("TOO_MANY_GRANTS"));
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition,
                                ::testing::HasSubstr("what clusters/ours owns")));
  MustGive(kAnna, last, v1::Grant::ROLE_OWNER);
  EXPECT_THAT(grants_.Transfer(By(kAnna), last, kBert, ""), ReasonIs("TOO_MANY_GRANTS"));
  // What others give has room, and so has somebody else.
  MustGive("corp:carl", "clusters/other", v1::Grant::ROLE_OWNER);
  EXPECT_THAT(Give(By("corp:carl"), kBert, "clusters/other"), IsOk());
  EXPECT_THAT(Give(By(kAnna), "corp:dora", last), IsOk());
  EXPECT_THAT(Give(world_.AsOperator(), kBert, last), IsOk());
}

}  // namespace
}  // namespace clusterwire::catalogue
