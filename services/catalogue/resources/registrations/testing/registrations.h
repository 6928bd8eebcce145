#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/erasures/erasures.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/resources/people/people.h"
#include "services/catalogue/resources/registrations/registration_rules.h"
#include "services/catalogue/testing/world.h"
#include "services/catalogue/timers/timer_runner.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {

inline constexpr char kOffice[] = "programmes/go-cluster";
inline constexpr char kEvent[] = R"pb(
  title: "Matchmaking in Prague"
  kind: KIND_MATCHMAKING
  owner: "programmes/go-cluster"
  state: STATE_PUBLISHED
  period { start: "2024-09-26" end: "2024-09-27" }
  start_time: "09:00"
  time_zone: "Europe/Prague"
  registration_closes: "2024-09-20"
  registration { capacity: 3 waiting_list: true })pb";

// An event of three seats with a waiting list, and who comes to it.
class RegistrationsTest : public ::testing::Test {
 protected:
  RegistrationsTest() {
    erasures_.Open();
    event_ = New();
  }

  std::string New(const std::string& more = "") {
    v1::CalendarEvent event;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kEvent, &event));
    v1::CalendarEvent rest;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(more, &rest)) << more;
    event.MergeFrom(rest);
    const auto made =
        events_.Create(world_.AsOperator(), "", event, absl::StrCat("event-", ++made_));
    EXPECT_THAT(made, IsOk());
    return made.ok() ? made->name() : "";
  }
  absl::StatusOr<v1::CalendarEvent> Change(const std::string& text, v1::EventParts parts = {}) {
    v1::UpdateEventRequest request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, request.mutable_event()));
    request.mutable_event()->set_name(event_);
    request.set_parts(parts);
    return events_.Update(world_.AsOperator(), request);
  }
  std::string Cluster() { return world_.NewCluster(absl::StrCat("Cluster ", ++clusters_)).name(); }
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
  absl::StatusOr<v1::CalendarEvent> CancelEvent() {
    v1::CancelEventRequest request;
    request.set_name(event_);
    request.set_reason("The hall has burnt down.");
    return events_.Cancel(world_.AsOperator(), request);
  }
  v1::Registration Read(const std::string& name) { return world_.Get<v1::Registration>(name); }
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
  int made_ = 0;
  std::string event_;
};

}  // namespace clusterwire::catalogue
