// Who comes to an event: the table of moves, the two sides, the window, and who may come.
#include "services/catalogue/resources/registrations/testing/registrations.h"

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>

#include "libs/base/text/strings.h"
#include "services/catalogue/changes/record.h"
#include "services/catalogue/resources/registrations/registration_moves.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using v1::Registration;
using Event = v1::CalendarEvent;

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
  event_ = events_.Create(world_.AsOperator(), "", event, "elsewhere")->name();
  const auto elsewhere = Register(Cluster());
  EXPECT_THAT(elsewhere, ReasonIs("NO_REGISTRATION"));
  EXPECT_THAT(std::string(elsewhere.status().message()),
              HasSubstr("https://register.example/prague"));
  EXPECT_THAT(Change("registration { capacity: 5 waiting_list: true }"),
              HasFieldError("event.registration.capacity"));
}

TEST_F(RegistrationsTest, WhoIsNotEligibleIsToldWhyAndWhatToState) {
  event_ =
      New("registration { eligibility: 'Clusters with 15 members' filter { size { min: 15 } } }");
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
  const auto made = RegisterAs(world_.As(cluster), "", 1, person, "Grace Hopper needs a ramp.");
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->registrant(), cluster);
  EXPECT_THAT(RegisterAs(world_.As(cluster), "", 1, person), ReasonIs("ALREADY_REGISTERED"));
  v1::ErasePersonRequest erase;
  erase.set_name(person);
  ASSERT_THAT(people_.Erase(world_.AsOperator(), erase), IsOk());
  EXPECT_THAT(Read(made->name()).contacts(), IsEmpty());
  EXPECT_THAT(Read(made->name()).steps(0).note(), IsEmpty());
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
  v1::ChangeSeatsRequest change;
  change.set_name("events/x/registrations");
  change.set_seats(101);
  EXPECT_THAT(registrations_.ChangeSeats(world_.AsOperator(), change),
              ::testing::AllOf(HasFieldError("name"), HasFieldError("seats")));
}

}  // namespace
}  // namespace clusterwire::catalogue
