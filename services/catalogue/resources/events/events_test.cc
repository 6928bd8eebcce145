// Events as entries of calendars, and what becomes of their parts when they move or are cancelled.
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/changes/record.h"
#include "services/catalogue/resources/events/event_calendar.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using type::v1::Calendar;

using Event = v1::CalendarEvent;

constexpr char kPrague[] = R"pb(
  title: "European Cluster Conference"
  kind: KIND_CONFERENCE
  period { start: "2022-09-26" end: "2022-09-27" }
  start_time: "09:00"
  end_time: "17:30"
  time_zone: "Europe/Prague"
  place { venue: "Prague Congress Centre" city: "Praha" country: "GR" }
  organiser: "European Commission"
  link: "https://clusters.example/prague"
  state: STATE_PUBLISHED)pb";

Event Read(const std::string& text) {
  Event event;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &event)) << text;
  return event;
}

class EventsTest : public ::testing::Test {
 protected:
  Event New(const std::string& text, const std::string& more = "") {
    return NewAs(world_.AsOperator(), text, more);
  }
  Event NewAs(const WriteCall& call, const std::string& text, const std::string& more = "") {
    Event event = Read(text);
    event.MergeFrom(Read(more));
    // Operators alone choose ids.
    const std::string id = call.viewer.operator_ ? absl::StrCat("event-", ++made_) : "";
    const auto created = events_.Create(call, "", event, id);
    EXPECT_THAT(created, IsOk());
    return created.value_or(Event());
  }
  // A part of another, published, of one day in October 2022.
  Event Part(const std::string& title, const std::string& parent, const std::string& more = "") {
    return New(absl::StrCat("title: '", title, "' parent: '", parent,
                            "' kind: KIND_SIDE_EVENT state: STATE_PUBLISHED "
                            "period { start: '2022-10-01' end: '2022-10-01' }"),
               more);
  }
  // Writes the fields of `text`, with what becomes of the parts.
  absl::StatusOr<Event> Update(const std::string& name, const std::string& text,
                               v1::EventParts parts = v1::EVENT_PARTS_UNSPECIFIED,
                               std::vector<std::string> mask = {}) {
    v1::UpdateEventRequest request;
    *request.mutable_event() = Read(text);
    request.mutable_event()->set_name(name);
    for (const std::string& path : mask) request.mutable_update_mask()->add_paths(path);
    request.set_parts(parts);
    return events_.Update(world_.AsOperator(), request);
  }
  absl::StatusOr<Event> Cancel(const WriteCall& call, const std::string& name,
                               v1::EventParts parts = v1::EVENT_PARTS_UNSPECIFIED,
                               const std::string& reason = "The hall has burnt down.") {
    v1::CancelEventRequest request;
    request.set_name(name);
    request.set_reason(reason);
    request.set_parts(parts);
    return events_.Cancel(call, request);
  }
  absl::StatusOr<Event> Cancel(const std::string& name,
                               v1::EventParts parts = v1::EVENT_PARTS_UNSPECIFIED) {
    return Cancel(world_.AsOperator(), name, parts);
  }
  Calendar CalendarOf(const std::string& name) { return world_.FactsOf(name).calendar(); }
  int SequenceOf(const std::string& name) { return CalendarOf(name).sequence(); }
  std::string StateOf(const std::string& name) { return world_.FactsOf(name).state(); }
  // What the last write did: "event.moved events/a", with its cause.
  std::vector<std::string> After(store::Revision revision) {
    std::vector<std::string> changes;
    for (const store::Change& change : world_.ChangesAfter(revision)) {
      changes.push_back(absl::StrCat(change.kind, " ", change.name,
                                     change.cause.empty() ? "" : " of ", change.cause));
    }
    return changes;
  }

  World world_{"2022-06-01"};
  Events events_{*world_.store};
  int made_ = 0;
};

TEST_F(EventsTest, FactsSayWhatACalendarNeedsInTheEventsOwnTimes) {
  const Calendar calendar = CalendarOf(New(kPrague).name());
  EXPECT_EQ(calendar.uid().size(), 32u);
  EXPECT_EQ(calendar.sequence(), 0);
  EXPECT_EQ(calendar.start(), "2022-09-26T09:00");
  EXPECT_EQ(calendar.end(), "2022-09-27T17:30");
  EXPECT_EQ(calendar.time_zone(), "Europe/Prague");
  EXPECT_FALSE(calendar.whole_days());
  EXPECT_EQ(calendar.place(), "Prague Congress Centre, Praha, GR");
  EXPECT_EQ(calendar.status(), Calendar::STATUS_CONFIRMED);
  EXPECT_EQ(calendar.organiser(), "European Commission");
  EXPECT_EQ(calendar.link(), "https://clusters.example/prague");
}

TEST_F(EventsTest, WithoutTimesItIsWholeDaysAndAnEndThatIsNotKnownIsNotMadeUp) {
  const auto times = [](const std::string& text) {
    const Calendar calendar = catalogue::CalendarOf(Read(text), "");
    return absl::StrCat(calendar.whole_days() ? "days " : "", calendar.start(), " ",
                        calendar.end());
  };
  EXPECT_EQ(times("period { start: '2022-09-26' end: '2022-09-27' }"),
            "days 2022-09-26 2022-09-27");
  EXPECT_EQ(times("period { start: '2022-09-26' }"), "days 2022-09-26 ");
  EXPECT_EQ(times("period { start: '2022-09-26' end: '2022-09' }"), "days 2022-09-26 ");
  const std::string nine = " start_time: '09:00' time_zone: 'Europe/Prague'";
  EXPECT_EQ(times("period { start: '2022-09-26' end: '2022-09-26' }" + nine), "2022-09-26T09:00 ");
  EXPECT_EQ(times("period { start: '2022-09-26' end: '2022-09-27' }" + nine),
            "2022-09-26T09:00 2022-09-28T00:00");
  EXPECT_EQ(times("period { start: '2022-09-26' }" + nine + " end_time: '10:00'"),
            "2022-09-26T09:00 2022-09-26T10:00");
}

TEST_F(EventsTest, AnEventKnownToTheMonthHasNoTimesInCalendarsAndKeepsItsUid) {
  const Event event = New(kPrague);
  ASSERT_THAT(
      Update(event.name(), "period { start: '2023-03' end: '2023-03' }",
             v1::EVENT_PARTS_UNSPECIFIED, {"period", "start_time", "end_time", "time_zone"}),
      IsOk());
  const Calendar calendar = CalendarOf(event.name());
  EXPECT_EQ(calendar.start() + calendar.end() + calendar.time_zone(), "");
  EXPECT_EQ(calendar.uid(), event.uid());
  EXPECT_EQ(calendar.sequence(), 1);
}

TEST_F(EventsTest, OnlyWhatPeopleWhoComeNeedToKnowCountsTheSequenceUp) {
  const std::string name = New(kPrague).name();
  for (const char* text : {"title: 'The 8th'", "summary: 'All about clusters'", "attendance: 900",
                           "link: 'https://other.example'", "organiser: 'The Presidency'"}) {
    ASSERT_THAT(Update(name, text), IsOk());
    EXPECT_EQ(SequenceOf(name), 0) << text;
  }
  int sequence = 0;
  for (const char* text :
       {"period { end: '2022-09-28' }", "start_time: '10:00'", "end_time: '16:00'",
        "time_zone: 'Europe/Vienna'", "place { venue: 'Another' }", "online: true"}) {
    ASSERT_THAT(Update(name, text), IsOk());
    EXPECT_EQ(SequenceOf(name), ++sequence) << text;
    ASSERT_THAT(Update(name, text), IsOk());
    EXPECT_EQ(SequenceOf(name), sequence) << text << " again";
  }
}

TEST_F(EventsTest, TheUidStaysAndTheSequenceRisesThroughDeletionAndReturn) {
  const Event event = New(kPrague);
  ASSERT_THAT(events_.Delete(world_.AsOperator(), event.name(), ""), IsOk());
  world_.SetToday("2022-07-01");
  const auto back = events_.Undelete(world_.AsOperator(), event.name(), "");
  ASSERT_THAT(back, IsOk());
  EXPECT_EQ(back->uid(), event.uid());
  EXPECT_EQ(back->sequence(), 2);  // 1 was the cancellation that the deletion is
  ASSERT_THAT(Update(event.name(), "title: 'Renamed'"), IsOk());
  EXPECT_EQ(CalendarOf(event.name()).uid(), event.uid());
  EXPECT_NE(New(kPrague).uid(), event.uid());
}

TEST_F(EventsTest, TimesThatCanNotBeAreNamedAllAtOnce) {
  const auto refused = [&](const char* text) { return Update(New(kPrague).name(), text).status(); };
  EXPECT_THAT(refused("period { start: '2022-03-27' end: '2022-03-27' } start_time: '02:30'"),
              HasFieldError("event.start_time"));
  EXPECT_THAT(std::string(refused("period { start: '2022-03-26' end: '2022-03-27' } "
                                  "start_time: '01:30' end_time: '02:30'")
                              .message()),
              AllOf(HasSubstr("event.end_time"), HasSubstr("2022-03-27"),
                    HasSubstr("the clocks are set forward")));
  EXPECT_THAT(refused("time_zone: 'Factory' start_time: '25:00'"),
              AllOf(HasFieldError("event.time_zone"), HasFieldError("event.start_time")));
  EXPECT_THAT(refused("period { start: '2022-09-28' }"), HasFieldError("event.period.end"));
  EXPECT_THAT(refused("period { end: '2022-09-26' } end_time: '09:00'"),
              HasFieldError("event.end_time"));
  EXPECT_THAT(Update(New(kPrague).name(), "", v1::EVENT_PARTS_UNSPECIFIED, {"time_zone"}),
              HasFieldError("event.time_zone"));
  EXPECT_THAT(Update(New(kPrague).name(), "", v1::EVENT_PARTS_UNSPECIFIED, {"start_time"}),
              HasFieldError("event.start_time"));
  // An hour that comes twice is its first.
  EXPECT_THAT(refused("period { start: '2022-10-30' end: '2022-10-30' } start_time: '02:30'"),
              IsOk());
}

TEST_F(EventsTest, ACancelledEventStaysAndSaysSoAndIsFoundByItsState) {
  const std::string name = New(kPrague, "registration_closes: '2022-09-01'").name();
  const store::Revision before = *world_.store->revision();
  const auto cancelled = Cancel(name);
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state(), Event::STATE_CANCELLED);
  EXPECT_EQ(cancelled->cancellation().reason(), "The hall has burnt down.");
  EXPECT_THAT(After(before), ElementsAre("event.cancelled " + name));
  const facts::Facts facts = world_.FactsOf(name);
  EXPECT_EQ(facts.state(), "cancelled");
  EXPECT_EQ(facts.deadline(), "");
  EXPECT_THAT(facts.summary(), HasSubstr("Cancelled: The hall has burnt down."));
  EXPECT_THAT(facts.summary_de(), HasSubstr("Abgesagt: The hall has burnt down."));
  EXPECT_THAT(facts.summary_de(), ::testing::Not(HasSubstr("Cancelled")));
  EXPECT_EQ(facts.calendar().status(), Calendar::STATUS_CANCELLED);
  EXPECT_EQ(facts.calendar().sequence(), 1);
  EXPECT_EQ(facts.calendar().start(), "2022-09-26T09:00");
  EXPECT_FALSE(facts.has_audience());
}

TEST_F(EventsTest, CancellingAgainForTheSameReasonIsNoChangeAndForAnotherIsRefused) {
  const std::string name = New(kPrague).name();
  ASSERT_THAT(Cancel(name), IsOk());
  const store::Revision before = *world_.store->revision();
  EXPECT_THAT(Cancel(name), IsOk());
  EXPECT_THAT(After(before), IsEmpty());
  EXPECT_THAT(Cancel(world_.AsOperator(), name, v1::EVENT_PARTS_KEEP, "Too few came."),
              ReasonIs("ALREADY_CANCELLED"));
  EXPECT_THAT(Cancel(world_.AsOperator(), name, v1::EVENT_PARTS_KEEP, ""), HasFieldError("reason"));
}

TEST_F(EventsTest, WhatIsCancelledIsNeitherMovedNorPublishedUntilItIsReinstated) {
  const std::string name = New(kPrague).name();
  ASSERT_THAT(Cancel(name), IsOk());
  EXPECT_THAT(Update(name, "period { end: '2022-09-28' }"), HasFieldError("event"));
  EXPECT_THAT(events_.Publish(world_.AsOperator(), name, ""), ReasonIs("ILLEGAL_MOVE"));
  EXPECT_THAT(Update(name, "summary: 'Sorry.'"), IsOk());
  const store::Revision before = *world_.store->revision();
  const auto back = events_.Reinstate(world_.AsOperator(), name, "");
  ASSERT_THAT(back, IsOk());
  EXPECT_EQ(back->state(), Event::STATE_PUBLISHED);
  EXPECT_FALSE(back->has_cancellation());
  EXPECT_EQ(back->sequence(), 2);
  EXPECT_THAT(After(before), ElementsAre("event.reinstated " + name));
  EXPECT_THAT(events_.Reinstate(world_.AsOperator(), name, ""), IsOk());
  EXPECT_THAT(Update(name, "period { end: '2022-09-28' }"), IsOk());
}

TEST_F(EventsTest, ADraftIsDeletedAndNotCancelledAndNothingIsCancelledFromTheStart) {
  Event draft = New(kPrague, "");
  const std::string name = New("title: 'D' kind: KIND_MEETING period { start: '2022-10' }").name();
  EXPECT_THAT(Cancel(name), ReasonIs("ILLEGAL_MOVE"));
  EXPECT_THAT(events_.Reinstate(world_.AsOperator(), name, ""), ReasonIs("ILLEGAL_MOVE"));
  draft.set_state(Event::STATE_CANCELLED);
  EXPECT_THAT(events_.Create(world_.AsOperator(), "", draft, ""), HasFieldError("event.state"));
}

TEST_F(EventsTest, WhatBecomesOfItsPartsIsAskedForAndTheyAreCancelledInTheSameWrite) {
  const std::string name = New(kPrague).name();
  const std::string side = Part("Side", name).name();
  const std::string below = Part("Below", side).name();
  const std::string draft = New(absl::StrCat("title: 'Draft' kind: KIND_MEETING parent: '", name,
                                             "' period { start: '2022-10-01' }"))
                                .name();
  const std::string over =
      Part("Over", name, "kind: KIND_MEETING period { start: '2022-05-01' end: '2022-05-01' }")
          .name();
  const auto asked = Cancel(name);
  EXPECT_THAT(asked, HasFieldError("parts"));
  EXPECT_THAT(std::string(asked.status().message()), AllOf(HasSubstr(side), HasSubstr(below)));
  EXPECT_EQ(StateOf(name), "published");

  const store::Revision before = *world_.store->revision();
  const auto cancelled = Cancel(name, v1::EVENT_PARTS_CASCADE);
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_THAT(cancelled->notes(), Contains(AllOf(HasSubstr(side), HasSubstr(below))));
  EXPECT_THAT(After(before), UnorderedElementsAre("event.cancelled " + name,
                                                  "event.cancelled " + side + " of " + name,
                                                  "event.cancelled " + below + " of " + name));
  EXPECT_EQ(world_.ChangesAfter(before).front().position.revision,
            world_.ChangesAfter(before).back().position.revision);
  EXPECT_EQ(world_.Get<Event>(side).cancellation().reason(), "The hall has burnt down.");
  EXPECT_EQ(SequenceOf(side), 1);
  EXPECT_EQ(StateOf(draft), "draft");
  EXPECT_EQ(StateOf(over), "published");
}

TEST_F(EventsTest, PartsThatAreKeptStayAsTheyAre) {
  const std::string name = New(kPrague).name();
  const std::string side = Part("Side", name).name();
  ASSERT_THAT(Cancel(name, v1::EVENT_PARTS_KEEP), IsOk());
  EXPECT_EQ(StateOf(side), "published");
  EXPECT_EQ(SequenceOf(side), 0);
}

TEST_F(EventsTest, PartsOfOthersStayAndTheAnswerNamesThem) {
  const std::string mine = world_.NewCluster("Mine").name();
  const std::string name =
      NewAs(world_.As(mine), kPrague, absl::StrCat("owner: '", mine, "'")).name();
  const std::string others = Part("Others", name).name();
  const std::string hidden =
      New(absl::StrCat(
              "title: 'Hidden' kind: KIND_MEETING period { start: '2022-10-01' } parent: '", name,
              "'"))
          .name();
  const auto cancelled = Cancel(world_.As(mine), name, v1::EVENT_PARTS_CASCADE);
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_THAT(cancelled->notes(), Contains(HasSubstr(others)));
  EXPECT_THAT(cancelled->notes(), ::testing::Not(Contains(HasSubstr(hidden))));
  EXPECT_EQ(StateOf(others), "published");
}

TEST_F(EventsTest, PartsMoveByAsManyDaysOrStayAndTheChoiceIsAskedForOfAnotherFirstDay) {
  const std::string name = New(kPrague).name();
  const std::string side = Part("Side", name, "registration_closes: '2022-09-20'").name();
  const std::string month =
      Part("Month", name, "kind: KIND_CAMPAIGN period { start: '2022-10' end: '2022-10' }").name();
  ASSERT_THAT(Cancel(Part("Gone", name).name()), IsOk());
  EXPECT_THAT(Update(name, "start_time: '10:00'"), IsOk());
  const char* later = "period { start: '2022-10-03' end: '2022-10-04' }";
  EXPECT_THAT(Update(name, later), HasFieldError("parts"));
  EXPECT_THAT(Update(name, "period { start: '2022-11' end: '2022-11' }", v1::EVENT_PARTS_CASCADE),
              HasFieldError("parts"));
  const auto kept = Update(name, "period { start: '2022-09-27' }", v1::EVENT_PARTS_KEEP);
  ASSERT_THAT(kept, IsOk());
  EXPECT_THAT(kept->notes(), Contains(HasSubstr(side + " stay")));
  EXPECT_EQ(world_.Get<Event>(side).period().start(), "2022-10-01");

  const store::Revision before = *world_.store->revision();
  const auto moved = Update(name, later, v1::EVENT_PARTS_CASCADE);
  ASSERT_THAT(moved, IsOk());
  const Event part = world_.Get<Event>(side);
  EXPECT_EQ(part.period().start() + " " + part.period().end(), "2022-10-07 2022-10-07");
  EXPECT_EQ(part.registration_closes(), "2022-09-26");
  EXPECT_EQ(part.sequence(), 1);
  EXPECT_THAT(part.edited_fields(), Contains("period"));
  EXPECT_THAT(After(before),
              UnorderedElementsAre("event.moved " + name, "event.moved " + side + " of " + name));
  EXPECT_EQ(world_.Get<Event>(month).period().start(), "2022-10");
  EXPECT_EQ(RecordOf(world_.ChangesAfter(before).back())->cause(), name);
}

TEST_F(EventsTest, APartThatCanNotMoveRefusesTheWholeAndIsNamed) {
  const std::string name = New(kPrague).name();
  const std::string side = Part("Side", name,
                                "kind: KIND_CAMPAIGN "
                                "period { start: '2022-03-26' end: '2022-12-01' } "
                                "start_time: '02:30' time_zone: 'Europe/Prague'")
                               .name();
  EXPECT_THAT(Update(name, "period { start: '2022-09-27' }", v1::EVENT_PARTS_CASCADE),
              HasFieldError("parts.event.start_time"));
  EXPECT_EQ(world_.Get<Event>(name).period().start(), "2022-09-26");
}

TEST_F(EventsTest, ASideEventFarFromItsConferenceIsRefusedAndOneTheDayBeforeIsNoted) {
  const std::string name = New(kPrague).name();
  const auto create = [&](const std::string& day, const std::string& kind) {
    return events_.Create(world_.AsOperator(), "",
                          Read(absl::StrCat("title: 'Assembly' kind: ", kind, " parent: '", name,
                                            "' period { start: '", day, "' end: '", day, "' }")),
                          absl::StrCat("assembly-", ++made_));
  };
  EXPECT_THAT(create("2022-09-26", "KIND_SIDE_EVENT")->notes(),
              ::testing::Not(Contains(HasSubstr("period"))));
  EXPECT_THAT(create("2022-09-25", "KIND_SIDE_EVENT")->notes(), Contains(HasSubstr("period")));
  EXPECT_THAT(create("2022-10-05", "KIND_SIDE_EVENT"), HasFieldError("event.period"));
  EXPECT_THAT(create("2022-09-18", "KIND_SIDE_EVENT"), HasFieldError("event.period"));
  EXPECT_THAT(create("2022-10-05", "KIND_MATCHMAKING")->notes(), Contains(HasSubstr("period")));
}

TEST_F(EventsTest, NoEventIsAPartOfItselfOrOfItsOwnParts) {
  const std::string name = New(kPrague).name();
  const std::string side = Part("Side", name).name();
  EXPECT_THAT(Update(name, absl::StrCat("parent: '", side, "'")), HasFieldError("event.parent"));
  EXPECT_THAT(Update(name, absl::StrCat("parent: '", name, "'")), HasFieldError("event.parent"));
}

TEST_F(EventsTest, APartThatGetsAnotherParentIsNoPartOfTheFirstAnyMore) {
  const std::string name = New(kPrague).name();
  const std::string other = New(kPrague).name();
  const std::string side = Part("Side", name).name();
  ASSERT_THAT(Update(side, absl::StrCat("parent: '", other, "'")), IsOk());
  ASSERT_THAT(Cancel(name), IsOk());
  EXPECT_THAT(Cancel(other), HasFieldError("parts"));
  ASSERT_THAT(Update(side, "", v1::EVENT_PARTS_UNSPECIFIED, {"parent"}), IsOk());
  EXPECT_THAT(Cancel(other), IsOk());
}

TEST_F(EventsTest, ACancellationSaysWhichDraftPartsStay) {
  const std::string name = New(kPrague).name();
  Part("Side", name);
  const std::string draft = New(absl::StrCat("title: 'Draft' kind: KIND_MEETING parent: '", name,
                                             "' period { start: '2022-10-01' }"))
                                .name();
  const auto cancelled = Cancel(name, v1::EVENT_PARTS_CASCADE);
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_THAT(cancelled->notes(), Contains(AllOf(HasSubstr(draft), HasSubstr("drafts"))));
}

TEST_F(EventsTest, TwoEditionsOfASeriesAreNeverTheSame) {
  const std::string talks = "series: 'eu-clusters-talks' edition: 48 kind: KIND_CLUSTER_TALK";
  const std::string first = New(kPrague, talks).name();
  Event second = Read(kPrague);
  second.MergeFrom(Read(talks));
  const auto taken = events_.Create(world_.AsOperator(), "", second, "second");
  EXPECT_THAT(taken, HasFieldError("event.edition"));
  EXPECT_THAT(std::string(taken.status().message()), HasSubstr(first));
  second.set_edition(49);
  ASSERT_THAT(events_.Create(world_.AsOperator(), "", second, "second"), IsOk());
  EXPECT_THAT(Update("events/second", "edition: 48"), HasFieldError("event.edition"));
  EXPECT_THAT(Update(first, "edition: 48 title: 'The same'"), IsOk());
  // A deleted one leaves its number, and comes back without a fight for it.
  ASSERT_THAT(events_.Delete(world_.AsOperator(), first, ""), IsOk());
  ASSERT_THAT(Update("events/second", "edition: 48"), IsOk());
  EXPECT_THAT(events_.Undelete(world_.AsOperator(), first, ""), IsOk());
  EXPECT_THAT(Update(first, "series: 'Not an id'"), HasFieldError("event.series"));
}

TEST_F(EventsTest, AnEventIsFoundByWhoOrganisesItAndByWhatIsPresented) {
  const std::string cluster = world_.NewCluster("Host").name();
  const std::string name =
      New(kPrague,
          absl::StrCat("organisers: '", cluster, "' agenda { title: 'Welcome' } ",
                       "agenda { title: 'go-cluster' start_time: '10:00' end_time: '11:00'",
                       " programmes: 'programmes/go-cluster' }"))
          .name();
  EXPECT_THAT(world_.FactsOf(name).programmes(), ElementsAre("programmes/go-cluster"));
  EXPECT_THAT(world_.FactsOf(name).clusters(), ElementsAre(cluster));
  EXPECT_THAT(Update(name, "organisers: 'clusters/none'"), HasFieldError("event.organisers[0]"));
  EXPECT_THAT(Update(name, "organisers: 'people/none'"), HasFieldError("event.organisers[0]"));
}

TEST_F(EventsTest, AnAgendaIsInTheOrderOfTimeAndWithinTheEventsDays) {
  const auto refused = [&](const char* text) { return Update(New(kPrague).name(), text).status(); };
  EXPECT_THAT(refused("agenda { title: 'A' date: '2022-09-28' }"),
              HasFieldError("event.agenda[0].date"));
  EXPECT_THAT(refused("agenda { title: 'A' start_time: '10:00' } "
                      "agenda { title: 'B' start_time: '09:00' }"),
              HasFieldError("event.agenda[1]"));
  EXPECT_THAT(refused("agenda { title: 'A' date: '2022-09-27' } agenda { title: 'B' }"),
              HasFieldError("event.agenda[1]"));
  EXPECT_THAT(
      refused("agenda { title: ' ' start_time: '10:00' end_time: '09:00' "
              "programmes: 'programmes/none' contacts { person: 'people/none' } }"),
      AllOf(HasFieldError("event.agenda[0].title"), HasFieldError("event.agenda[0].end_time"),
            HasFieldError("event.agenda[0].programmes[0]"),
            HasFieldError("event.agenda[0].contacts[0].person"),
            HasFieldError("event.agenda[0].contacts[0].role")));
  EXPECT_THAT(refused("agenda { title: 'A' start_time: '09:00' } agenda { title: 'Break' } "
                      "agenda { title: 'B' date: '2022-09-27' start_time: '08:00' }"),
              IsOk());
}

TEST_F(EventsTest, ARecapComesOnceTheEventHasBegunAndNamesItsSource) {
  const std::string name = New(kPrague).name();
  EXPECT_THAT(Update(name, "recap { text: 'It was good.' source: 'NRW.innovativ' }"),
              HasFieldError("event.recap"));
  world_.SetToday("2022-09-27");
  EXPECT_THAT(Update(name, "recap { text: 'It was good.' }"), HasFieldError("event.recap.source"));
  const store::Revision before = *world_.store->revision();
  ASSERT_THAT(
      Update(name, "recap { text: 'It was good.' source: 'NRW.innovativ' } attendance: 900"),
      IsOk());
  EXPECT_THAT(After(before), ElementsAre("event.recap_published " + name));
  EXPECT_THAT(world_.FactsOf(name).text(), HasSubstr("It was good."));
}

TEST_F(EventsTest, ARegistrationWindowThatCanNotBeIsRefused) {
  const auto refused = [&](const char* text) { return Update(New(kPrague).name(), text).status(); };
  EXPECT_THAT(refused("registration { opens: '2022-09-21' } registration_closes: '2022-09-20'"),
              HasFieldError("event.registration.opens"));
  EXPECT_THAT(refused("registration { opens: '2022-09-27' }"),
              HasFieldError("event.registration.opens"));
  EXPECT_THAT(refused("registration { capacity: 0 }"),
              HasFieldError("event.registration.capacity"));
  EXPECT_THAT(refused("registration { waiting_list: true }"),
              HasFieldError("event.registration.waiting_list"));
  EXPECT_THAT(refused("registration { filter { kinds: 'conference' } }"),
              HasFieldError("event.registration.filter.kinds[0]"));
}

}  // namespace
}  // namespace clusterwire::catalogue
