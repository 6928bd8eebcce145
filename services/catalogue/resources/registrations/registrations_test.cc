// Who comes to an event: the table of moves, the window, the seats and the waiting list.
#include <fstream>
#include <map>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/time/clock.h"
#include "services/catalogue/changes/record.h"
#include "services/catalogue/erasures/erasures.h"
#include "services/catalogue/resources/events/event_index.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/resources/people/people.h"
#include "services/catalogue/resources/registrations/registration_moves.h"
#include "services/catalogue/resources/registrations/registration_rules.h"
#include "services/catalogue/testing/world.h"
#include "services/catalogue/timers/timer_runner.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using type::v1::Calendar;
using v1::Registration;

using Event = v1::CalendarEvent;

constexpr char kOffice[] = "programmes/go-cluster";
constexpr char kEvent[] = R"pb(
  title: "Matchmaking in Prague"
  kind: KIND_MATCHMAKING
  owner: "programmes/go-cluster"
  state: STATE_PUBLISHED
  period { start: "2024-09-26" end: "2024-09-27" }
  start_time: "09:00"
  time_zone: "Europe/Prague"
  registration_closes: "2024-09-20"
  registration { capacity: 3 waiting_list: true })pb";

class RegistrationsTest : public ::testing::Test {
 protected:
  RegistrationsTest() {
    erasures_.Open();
    event_ = New();
  }

  std::string New(const std::string& more = "") {
    Event event;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kEvent, &event));
    Event rest;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(more, &rest)) << more;
    event.MergeFrom(rest);
    const auto made = events_.Create(world_.AsOperator(), "", event, "");
    EXPECT_THAT(made, IsOk());
    return made.ok() ? made->name() : "";
  }
  absl::StatusOr<Event> Change(const std::string& text, v1::EventParts parts = {}) {
    v1::UpdateEventRequest request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, request.mutable_event()));
    request.mutable_event()->set_name(event_);
    request.set_parts(parts);
    return events_.Update(world_.AsOperator(), request);
  }
  std::string Cluster() {
    return world_.NewCluster(absl::StrCat("Cluster ", ++clusters_)).name();
  }
  Registrations::Made Register(const std::string& cluster, int seats = 1) {
    return RegisterAs(world_.As(cluster), cluster, seats);
  }
  Registrations::Made RegisterAs(const WriteCall& call, const std::string& cluster, int seats = 1,
                                 const std::string& person = "", const std::string& note = "") {
    v1::CreateRegistrationRequest request;
    request.set_parent(event_);
    request.set_cluster(cluster);
    request.set_person(person);
    request.set_seats(seats);
    request.set_note(note);
    return registrations_.Register(call, request);
  }
  Registrations::Made Wait(const std::string& cluster, int seats = 1) {
    v1::JoinWaitingListRequest request;
    request.set_parent(event_);
    request.set_cluster(cluster);
    request.set_seats(seats);
    return registrations_.Join(world_.As(cluster), request);
  }
  Registrations::Made Cancel(const WriteCall& call, const std::string& name,
                             const std::string& note = "") {
    v1::CancelRegistrationRequest request;
    request.set_name(name);
    request.set_note(note);
    return registrations_.Cancel(call, request);
  }
  Registrations::Made Seats(const WriteCall& call, const std::string& name, int seats) {
    v1::ChangeSeatsRequest request;
    request.set_name(name);
    request.set_seats(seats);
    return registrations_.ChangeSeats(call, request);
  }
  Registrations::Made Promote(const WriteCall& call, const std::string& name) {
    v1::PromoteRegistrationRequest request;
    request.set_name(name);
    return registrations_.Promote(call, request);
  }
  absl::StatusOr<Event> CancelEvent() {
    v1::CancelEventRequest request;
    request.set_name(event_);
    request.set_reason("The hall has burnt down.");
    return events_.Cancel(world_.AsOperator(), request);
  }
  Registration Read(const std::string& name) { return world_.Get<Registration>(name); }
  v1::EventSeatsTaken Taken(const filter::Viewer& viewer = filter::Viewer::Operator()) {
    return events_.Get(world_.Read(viewer), event_)->seats();
  }
  // What the last writes did to registrations.
  std::vector<std::string> After(store::Revision revision) {
    std::vector<std::string> changes;
    for (const store::Change& change : world_.ChangesAfter(revision)) {
      if (change.name.find("/registrations/") == std::string::npos) continue;
      changes.push_back(absl::StrCat(change.kind, " ", change.name));
    }
    return changes;
  }
  std::vector<std::string> KindsUpTo(const std::string& day) {
    const store::Revision before = *world_.store->revision();
    world_.SetToday(day);
    TimerRunner timers(*world_.store, TimerSteps(), world_.clock, world_.random, metrics_);
    EXPECT_THAT(timers.CatchUp(), IsOk());
    return world_.KindsAfter(before);
  }

  World world_{"2024-06-01"};
  telemetry::Metrics metrics_;
  Events events_{*world_.store};
  Registrations registrations_{*world_.store};
  Erasures erasures_{*world_.store, ErasureKey("a key for tests alone")};
  People people_{erasures_, world_.random};
  int clusters_ = 0;
  std::string event_;
};

TEST(RegistrationMovesTest, TheProtosCommentIsTheTableThatDecides) {
  std::ifstream file(CLUSTERWIRE_PROTO "/clusterwire/catalogue/v1/registration.proto");
  std::stringstream proto;
  proto << file.rdbuf();
  std::string comment;
  for (const absl::string_view line : absl::StrSplit(RegistrationMoves().Text(), '\n')) {
    comment += "//   " + std::string(line) + "\n";
  }
  EXPECT_THAT(proto.str(), HasSubstr(comment));
}

TEST_F(RegistrationsTest, ARegistrationHasASeatAndARandomNameAndIsSeenByItsTwoSidesAlone) {
  const std::string cluster = Cluster();
  const auto made = RegisterAs(world_.As(cluster), cluster, 2, "", "Two of us, one by wheelchair.");
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->state(), Registration::STATE_REGISTERED);
  EXPECT_EQ(made->owner(), kOffice);
  EXPECT_THAT(made->name(), Not(HasSubstr("cluster-")));
  for (const char* sees : {kOffice, cluster.c_str(), event_.c_str()}) {
    const auto read = registrations_.Get(world_.Read(filter::Viewer::As(sees)), made->name());
    ASSERT_THAT(read, IsOk()) << sees;
    EXPECT_EQ(read->steps(0).note(), "Two of us, one by wheelchair.");
  }
  for (const auto& viewer : {filter::Viewer::Public(), filter::Viewer::As(Cluster())}) {
    EXPECT_THAT(registrations_.Get(world_.Read(viewer), made->name()),
                StatusIs(absl::StatusCode::kNotFound));
  }
}

TEST_F(RegistrationsTest, WhatIsSaidWithItStandsInNoImageAndNoRecord) {
  const store::Revision before = *world_.store->revision();
  const std::string cluster = Cluster();
  ASSERT_THAT(RegisterAs(world_.As(cluster), cluster, 1, "", "Grace Hopper comes."), IsOk());
  for (const store::Change& change : world_.ChangesAfter(before)) {
    const auto record = RecordOf(change);
    if (!record.ok()) continue;
    EXPECT_THAT(record->SerializeAsString(), Not(HasSubstr("Grace Hopper"))) << change.name;
    if (record->has_registration()) {
      EXPECT_EQ(record->registration().steps(0).actor(), "");
      EXPECT_EQ(record->after().calendar().uid(), world_.FactsOf(event_).calendar().uid());
    }
  }
}

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

TEST_F(RegistrationsTest, EveryPairOfStateAndMoveIsAsTheTableSays) {
  ASSERT_THAT(Change("registration { capacity: 100 }"), IsOk());
  for (const auto state : {Registration::STATE_REGISTERED, Registration::STATE_WAITING,
                           Registration::STATE_CANCELLED}) {
    for (const Move& move : RegistrationMoves().moves()) {
      if (std::ranges::count(move.from, 0) > 0) continue;  // takes no name
      SCOPED_TRACE(absl::StrCat(ToAbsl(move.method), " from ", static_cast<int>(state)));
      event_ = New("registration { capacity: 3 }");
      const std::string cluster = Cluster();
      const auto full = Register(Cluster(), state == Registration::STATE_WAITING ? 3 : 2);
      auto made = state == Registration::STATE_WAITING ? Wait(cluster) : Register(cluster);
      ASSERT_THAT(made, IsOk());
      if (state == Registration::STATE_CANCELLED) {
        ASSERT_THAT(Cancel(world_.As(cluster), made->name()), IsOk());
      }
      // Room for a promotion, past another who waits.
      if (move.method == "PromoteRegistration" && state == Registration::STATE_WAITING) {
        event_ = New("registration { capacity: 3 }");
        ASSERT_THAT(Register(Cluster(), 2), IsOk());
        ASSERT_THAT(Wait(Cluster(), 2), IsOk());
        made = Wait(cluster);
        ASSERT_THAT(made, IsOk());
      }
      const WriteCall call = world_.AsOperator();
      const auto moved = move.method == "ChangeSeats"           ? Seats(call, made->name(), 1)
                         : move.method == "PromoteRegistration" ? Promote(call, made->name())
                                                                : Cancel(call, made->name());
      if (std::ranges::count(move.from, static_cast<int>(state)) > 0) {
        ASSERT_THAT(moved, IsOk());
        EXPECT_EQ(static_cast<int>(moved->state()), move.to);
      } else {
        EXPECT_THAT(moved, ReasonIs("ILLEGAL_MOVE"));
      }
    }
  }
}

TEST_F(RegistrationsTest, TheSameRegistersOnceAndAgainAfterItHasCancelled) {
  const std::string cluster = Cluster();
  const auto first = Register(cluster);
  const auto twice = Register(cluster);
  EXPECT_THAT(twice, ReasonIs("ALREADY_REGISTERED"));
  EXPECT_THAT(std::string(twice.status().message()), HasSubstr(first->name()));
  EXPECT_THAT(Wait(cluster), ReasonIs("ALREADY_REGISTERED"));
  ASSERT_THAT(Cancel(world_.As(cluster), first->name()), IsOk());
  EXPECT_THAT(Register(cluster), IsOk());
}

TEST_F(RegistrationsTest, NobodyFillsAnEventByRegisteringAndCancellingOverAndOver) {
  const std::string cluster = Cluster();
  for (int i = 0; i < 20; ++i) {
    const auto made = Register(cluster);
    ASSERT_THAT(made, IsOk());
    ASSERT_THAT(Cancel(world_.As(cluster), made->name()), IsOk());
  }
  EXPECT_THAT(Register(cluster), ReasonIs("TOO_MANY_REGISTRATIONS"));
  EXPECT_THAT(Register(Cluster()), IsOk());
}

TEST_F(RegistrationsTest, OthersAreNotRegisteredAndOtherSidesMovesAreRefused) {
  const std::string cluster = Cluster();
  EXPECT_THAT(RegisterAs(world_.As(Cluster()), cluster), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(RegisterAs(world_.As(kOffice), cluster), ReasonIs("NOT_YOURS"));
  const auto made = Register(cluster);
  EXPECT_THAT(Seats(world_.As(kOffice), made->name(), 2), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(Cancel(world_.As(Cluster()), made->name()), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Cancel(world_.As(kOffice), made->name(), "The hall is too small."), IsOk());
}

TEST_F(RegistrationsTest, TheWindowTheStateAndTheLinkDecideWhetherOneCanRegister) {
  const auto reason = [&](const std::string& more) {
    event_ = New(more);
    return Register(Cluster());
  };
  EXPECT_THAT(reason("registration { opens: '2024-07-01' }"), ReasonIs("NOT_OPEN_YET"));
  Event draft;
  EXPECT_THAT(reason("state: STATE_DRAFT"), StatusIs(absl::StatusCode::kNotFound));
  const std::string cluster = Cluster();
  WriteCall both = world_.As(cluster);
  both.viewer.members.push_back(kOffice);
  EXPECT_THAT(RegisterAs(both, cluster), ReasonIs("EVENT_DRAFT"));
  event_ = New();
  ASSERT_THAT(CancelEvent(), IsOk());
  EXPECT_THAT(Register(Cluster()), ReasonIs("EVENT_CANCELLED"));
  event_ = New();
  world_.SetToday("2024-09-21");
  EXPECT_THAT(Register(Cluster()), ReasonIs("REGISTRATION_CLOSED"));
  world_.SetToday("2024-09-28");
  EXPECT_THAT(Register(Cluster()), ReasonIs("EVENT_OVER"));
}

TEST_F(RegistrationsTest, AnEventThatRegistersElsewhereSaysWhere) {
  Event event;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(kEvent, &event));
  event.mutable_registration()->Clear();
  event.mutable_registration()->set_link("https://register.example/prague");
  event_ = events_.Create(world_.AsOperator(), "", event, "")->name();
  const auto elsewhere = Register(Cluster());
  EXPECT_THAT(elsewhere, ReasonIs("NO_REGISTRATION"));
  EXPECT_THAT(std::string(elsewhere.status().message()),
              HasSubstr("https://register.example/prague"));
  EXPECT_THAT(Change("registration { capacity: 5 waiting_list: true }"),
              HasFieldError("event.registration.capacity"));
}

TEST_F(RegistrationsTest, WhoIsNotEligibleIsToldWhyAndWhatToState) {
  event_ = New(
      "registration { eligibility: 'Clusters with 15 members' filter { size { min: 15 } } }");
  const std::string cluster = Cluster();
  const auto unknown = Register(cluster);
  EXPECT_THAT(unknown, ReasonIs("NOT_ELIGIBLE"));
  EXPECT_THAT(std::string(unknown.status().message()),
              ::testing::AllOf(HasSubstr("members"), HasSubstr("Clusters with 15 members")));
  v1::Cluster larger;
  larger.set_name(cluster);
  larger.mutable_members()->set_total(12);
  ASSERT_THAT(world_.Of<Clusters>().Update(world_.AsOperator(), larger, {}), IsOk());
  EXPECT_THAT(Register(cluster), ReasonIs("NOT_ELIGIBLE"));
  larger.mutable_members()->set_total(20);
  ASSERT_THAT(world_.Of<Clusters>().Update(world_.AsOperator(), larger, {}), IsOk());
  EXPECT_THAT(Register(cluster), IsOk());
}

TEST_F(RegistrationsTest, APersonComesOnBehalfOfItsOwnerAndLeavesWhenItIsErased) {
  const std::string cluster = Cluster();
  v1::Person grace;
  grace.set_display_name("Grace Hopper");
  grace.set_owner(cluster);
  const std::string person = people_.Create(world_.AsOperator(), "", grace, "")->name();
  EXPECT_THAT(RegisterAs(world_.As(Cluster()), "", 1, person), HasFieldError("person"));
  const auto made = RegisterAs(world_.As(cluster), "", 1, person);
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->registrant(), cluster);
  EXPECT_THAT(RegisterAs(world_.As(cluster), "", 1, person), ReasonIs("ALREADY_REGISTERED"));
  v1::ErasePersonRequest erase;
  erase.set_name(person);
  ASSERT_THAT(people_.Erase(world_.AsOperator(), erase), IsOk());
  EXPECT_THAT(Read(made->name()).contacts(), IsEmpty());
  EXPECT_THAT(Cancel(world_.As(cluster), made->name()), IsOk());
  EXPECT_EQ(Taken().taken(), 0);
}

TEST_F(RegistrationsTest, BadFieldsAreNamedAllAtOnce) {
  EXPECT_THAT(RegisterAs(world_.AsOperator(), "", 101),
              ::testing::AllOf(HasFieldError("cluster"), HasFieldError("seats")));
  EXPECT_THAT(RegisterAs(world_.AsOperator(), "clusters/nobody", 101),
              ::testing::AllOf(HasFieldError("cluster"), HasFieldError("seats")));
  event_ = "events/Not one";
  EXPECT_THAT(Register(Cluster()), HasFieldError("parent"));
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
  ASSERT_THAT(events_.Delete(world_.AsOperator(), "events/matchmaking-in-prague", ""), IsOk());
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
    const std::string any = all.empty() ? event_ + "/registrations/none"
                                        : all[dice.Below(all.size())].name();
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
