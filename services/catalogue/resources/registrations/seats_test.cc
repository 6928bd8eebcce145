// The seats of an event and its waiting list, and what follows from the event itself.
#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>

#include "libs/base/testing/seed.h"
#include "services/catalogue/resources/registrations/testing/registrations.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using type::v1::Calendar;
using v1::Registration;
using Event = v1::CalendarEvent;

TEST_F(RegistrationsTest, SeatsAreTakenToTheLastOneAndTheNextMayWait) {
  ASSERT_THAT(Register(Cluster(), 2), IsOk());
  EXPECT_THAT(Wait(Cluster()), ReasonIs("SEATS_FREE"));
  const std::string late = Cluster();
  const auto full = Register(late, 2);
  EXPECT_THAT(full, ReasonIs("EVENT_FULL"));
  EXPECT_THAT(std::string(full.status().message()), HasSubstr("JoinWaitingList"));
  ASSERT_THAT(Wait(late, 2), IsOk());
  // One is free, and who waits comes first.
  EXPECT_THAT(Register(Cluster()), ReasonIs("EVENT_FULL"));
  EXPECT_THAT(Wait(Cluster(), 4), HasFieldError("seats"));
  EXPECT_EQ(Taken().taken(), 2);
  EXPECT_EQ(Taken().free(), 1);
  EXPECT_EQ(Taken().waiting(), 1);
  EXPECT_EQ(Taken().waiting_seats(), 2);
}

TEST_F(RegistrationsTest, AFreedSeatPromotesTheFirstInTheSameWriteAndNobodyIsPassedOver) {
  const std::string first = Cluster();
  const auto held = Register(first, 2);
  const auto other = Register(Cluster(), 1);
  const auto two = Wait(Cluster(), 2);
  const auto one = Wait(Cluster(), 1);
  const store::Revision before = *world_.store->revision();
  // One seat isn't enough for the first who waits; the second isn't let past.
  ASSERT_THAT(Cancel(world_.AsOperator(), other->name()), IsOk());
  EXPECT_THAT(After(before), ElementsAre("registration.cancelled " + other->name()));
  const store::Revision next = *world_.store->revision();
  ASSERT_THAT(Seats(world_.As(first), held->name(), 1), IsOk());
  EXPECT_THAT(After(next), ElementsAre("registration.changed " + held->name(),
                                       "registration.promoted " + two->name()));
  const auto changes = world_.ChangesAfter(next);
  EXPECT_EQ(changes.front().position.revision, changes.back().position.revision);
  const auto promoted = std::ranges::find(changes, two->name(), &store::Change::name);
  ASSERT_NE(promoted, changes.end());
  EXPECT_EQ(promoted->cause, event_) << "not whose seat it was";
  EXPECT_EQ(Read(two->name()).state(), Registration::STATE_REGISTERED);
  EXPECT_EQ(Read(two->name()).steps(1).actor(), "");
  EXPECT_EQ(Read(one->name()).state(), Registration::STATE_WAITING);
  EXPECT_EQ(Taken().taken(), 3);
  ASSERT_THAT(Cancel(world_.As(first), held->name()), IsOk());
  EXPECT_EQ(Read(one->name()).state(), Registration::STATE_REGISTERED);
  EXPECT_EQ(Taken().waiting(), 0);
}

TEST_F(RegistrationsTest, WhoLeavesTheHeadOfTheListMakesRoomForTheNext) {
  ASSERT_THAT(Register(Cluster(), 2), IsOk());
  const auto three = Wait(Cluster(), 3);
  const auto one = Wait(Cluster(), 1);
  EXPECT_EQ(Read(one->name()).state(), Registration::STATE_WAITING);
  ASSERT_THAT(Cancel(world_.As(three->cluster()), three->name()), IsOk());
  EXPECT_EQ(Read(one->name()).state(), Registration::STATE_REGISTERED);
}

TEST_F(RegistrationsTest, ADeletedClustersSeatsGoToWhoWaitsInTheSameWrite) {
  const std::string cluster = Cluster();
  const auto made = Register(cluster, 3);
  ASSERT_THAT(made, IsOk());
  const auto waits = Wait(Cluster());
  ASSERT_THAT(waits, IsOk());
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), cluster, ""), IsOk());
  EXPECT_EQ(world_.Get<Registration>(made->name()).state(), Registration::STATE_CANCELLED);
  EXPECT_EQ(world_.Get<Registration>(waits->name()).state(), Registration::STATE_REGISTERED);
}

TEST_F(RegistrationsTest, AHigherCapacityPromotesAndOneBelowWhatIsTakenIsRefused) {
  ASSERT_THAT(Register(Cluster(), 3), IsOk());
  const auto two = Wait(Cluster(), 2);
  const auto one = Wait(Cluster(), 1);
  EXPECT_THAT(Change("registration { capacity: 2 }"), HasFieldError("event.registration.capacity"));
  const store::Revision before = *world_.store->revision();
  ASSERT_THAT(Change("registration { capacity: 5 }"), IsOk());
  EXPECT_THAT(After(before), ElementsAre("registration.promoted " + two->name()));
  ASSERT_THAT(Change("registration { capacity: 6 }"), IsOk());
  EXPECT_EQ(Read(one->name()).state(), Registration::STATE_REGISTERED);
  EXPECT_EQ(Taken().free(), 0);
}

TEST_F(RegistrationsTest, TheOrganiserPromotesOutOfTurnWhereThereIsRoom) {
  ASSERT_THAT(Register(Cluster(), 2), IsOk());
  const auto two = Wait(Cluster(), 2);
  const auto one = Wait(Cluster(), 1);
  EXPECT_THAT(Promote(world_.As(one->cluster()), one->name()), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(Promote(world_.As(kOffice), two->name()), ReasonIs("EVENT_FULL"));
  EXPECT_THAT(Promote(world_.As(kOffice), one->name()), IsOk());
  EXPECT_EQ(Taken().taken(), 3);
}

TEST_F(RegistrationsTest, RegistrationsFollowTheEventsMoveAndCancellation) {
  const auto made = Register(Cluster());
  ASSERT_THAT(Register(Cluster(), 2), IsOk());
  const auto waiting = Wait(Cluster());
  const store::Revision before = *world_.store->revision();
  ASSERT_THAT(Change("title: 'Matchmaking'"), IsOk());
  EXPECT_THAT(After(before), IsEmpty());
  ASSERT_THAT(Change("period { start: '2024-10-03' end: '2024-10-04' }", v1::EVENT_PARTS_KEEP),
              IsOk());
  EXPECT_THAT(After(before), Contains("registration.event_changed " + made->name()));
  Calendar calendar = world_.FactsOf(made->name()).calendar();
  EXPECT_EQ(calendar.start(), "2024-10-03T09:00");
  EXPECT_EQ(calendar.status(), Calendar::STATUS_CONFIRMED);
  EXPECT_EQ(world_.FactsOf(waiting->name()).calendar().status(), Calendar::STATUS_CANCELLED);
  ASSERT_THAT(CancelEvent(), IsOk());
  calendar = world_.FactsOf(made->name()).calendar();
  EXPECT_EQ(calendar.status(), Calendar::STATUS_CANCELLED);
  EXPECT_EQ(calendar.sequence(), world_.FactsOf(event_).calendar().sequence());
  EXPECT_EQ(calendar.uid(), world_.FactsOf(event_).calendar().uid());
}

TEST_F(RegistrationsTest, OfManyRegistrationsTheRestFollowsInLaterWritesThatAreTold) {
  ASSERT_THAT(Change("registration { capacity: 1000 }"), IsOk());
  std::vector<std::string> names;
  for (int i = 0; i < 310; ++i) names.push_back(Register(Cluster())->name());
  ASSERT_THAT(Change("period { start: '2024-10-03' end: '2024-10-04' }", v1::EVENT_PARTS_KEEP),
              IsOk());
  const store::Revision moved = *world_.store->revision();
  while (*world_.store->RederiveStale(100)) {
  }
  const auto later = world_.ChangesAfter(moved);
  EXPECT_EQ(std::ranges::count(later, "registration.event_changed", &store::Change::kind), 10);
  for (const store::Change& change : later) EXPECT_FALSE(change.quiet) << change.kind;
  for (const std::string& name : names) {
    EXPECT_EQ(world_.FactsOf(name).calendar().start(), "2024-10-03T09:00");
  }
}

TEST_F(RegistrationsTest, AnEventThatPeopleHaveRegisteredForIsCancelledBeforeItIsDeleted) {
  const auto made = Register(Cluster());
  EXPECT_THAT(events_.Delete(world_.AsOperator(), event_, ""), ReasonIs("HAS_REGISTRATIONS"));
  ASSERT_THAT(CancelEvent(), IsOk());
  EXPECT_THAT(events_.Delete(world_.AsOperator(), event_, ""), IsOk());
  EXPECT_FALSE(world_.HasFacts(made->name()));
}

TEST_F(RegistrationsTest, SeatsAreTheOrganisersToSeeUnlessAllMay) {
  ASSERT_THAT(Register(Cluster(), 2), IsOk());
  EXPECT_EQ(Taken(filter::Viewer::As(kOffice)).taken(), 2);
  EXPECT_EQ(Taken(filter::Viewer::Public()).taken(), 0);
  ASSERT_THAT(Change("registration { show_seats: true }"), IsOk());
  EXPECT_EQ(Taken(filter::Viewer::Public()).free(), 1);
  // They are no part of what is stored, so a registration is no change of the event.
  EXPECT_FALSE(world_.Get<Event>(event_).has_seats());
  const std::string etag = world_.Get<Event>(event_).etag();
  ASSERT_THAT(Register(Cluster()), IsOk());
  EXPECT_EQ(world_.Get<Event>(event_).etag(), etag);
  EXPECT_THAT(Change("title: 'Matchmaking in Prague'"), IsOk());
  EXPECT_EQ(world_.Get<Event>(event_).etag(), etag);
}

TEST_F(RegistrationsTest, TheClockOpensRemindsAndCloses) {
  event_ = New("registration { opens: '2024-07-01' reminder_days: 3 }");
  ASSERT_THAT(events_.Delete(world_.AsOperator(), "events/event-1", ""), IsOk());
  EXPECT_EQ(world_.Get<Event>(event_).registration_state(), Event::REGISTRATION_STATE_AHEAD);
  EXPECT_THAT(KindsUpTo("2024-07-01"), ElementsAre("event.registration_opened"));
  EXPECT_THAT(world_.FactsOf(event_).summary(), HasSubstr("Registration is open until 2024-09-20"));
  EXPECT_THAT(KindsUpTo("2024-09-16"), IsEmpty());
  EXPECT_THAT(KindsUpTo("2024-09-17"), ElementsAre("event.registration_closing"));
  EXPECT_THAT(KindsUpTo("2024-09-20"), IsEmpty());
  EXPECT_THAT(KindsUpTo("2024-09-21"), ElementsAre("event.registration_closed"));
  EXPECT_EQ(world_.Get<Event>(event_).registration_state(), Event::REGISTRATION_STATE_CLOSED);
  EXPECT_THAT(Register(Cluster()), ReasonIs("REGISTRATION_CLOSED"));
}

// Held to counting from nothing.
TEST_F(RegistrationsTest, AnyOrderOfMovesTakesNoMoreThanThereIsAndKeepsTheOrderOfWhoWaits) {
  SeededRandom dice(TestSeed());
  std::vector<std::string> clusters;
  for (int i = 0; i < 12; ++i) clusters.push_back(Cluster());
  int capacity = 3;
  for (int step = 0; step < 250; ++step) {
    const std::string& cluster = clusters[dice.Below(clusters.size())];
    const int seats = 1 + static_cast<int>(dice.Below(3));
    const auto all =
        registrations_.List(world_.Read(), {.parent = event_, .limit = 1000})->resources;
    const std::string any =
        all.empty() ? event_ + "/registrations/none" : all[dice.Below(all.size())].name();
    switch (dice.Below(6)) {
      case 0:
        (void)Register(cluster, seats);
        break;
      case 1:
        (void)Wait(cluster, seats);
        break;
      case 2:
        (void)Cancel(world_.AsOperator(), any);
        break;
      case 3:
        (void)Seats(world_.AsOperator(), any, seats);
        break;
      case 4:
        (void)Promote(world_.AsOperator(), any);
        break;
      default: {
        const int next = 1 + static_cast<int>(dice.Below(8));
        if (Change(absl::StrCat("registration { capacity: ", next, " }")).ok()) capacity = next;
      }
    }
    int taken = 0;
    int waiting = 0;
    std::map<int64_t, int> line;
    for (const Registration& one :
         registrations_.List(world_.Read(), {.parent = event_, .limit = 1000})->resources) {
      if (one.state() == Registration::STATE_REGISTERED) taken += one.seats();
      if (one.state() != Registration::STATE_WAITING) continue;
      ++waiting;
      line[one.waiting_number()] = one.seats();
    }
    ASSERT_LE(taken, capacity) << "step " << step;
    ASSERT_EQ(Taken().taken(), taken) << "step " << step;
    ASSERT_EQ(Taken().waiting(), waiting) << "step " << step;
    // The first who waits waits for seats that aren't there.
    if (!line.empty()) ASSERT_GT(line.begin()->second, capacity - taken) << "step " << step;
  }
}

}  // namespace
}  // namespace clusterwire::catalogue
