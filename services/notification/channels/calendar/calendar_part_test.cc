#include "services/notification/channels/calendar/calendar_part.h"

#include "absl/strings/str_replace.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/change/record.h"
#include "services/notification/channels/notice.h"
#include "services/notification/channels/testing/event_jobs.h"

namespace clusterwire::notification {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using type::v1::Calendar;
using type::v1::Facts;

const calendar::Mailbox kUs = {"Cluster Office", "notices@example.org"};

// With another version of what happens to it.
Facts At(int sequence, const std::string& start, const std::string& end,
         Calendar::Status status = Calendar::STATUS_CONFIRMED) {
  Facts facts = PragueConference(sequence);
  facts.mutable_calendar()->set_start(start);
  facts.mutable_calendar()->set_end(end);
  facts.mutable_calendar()->set_status(status);
  return facts;
}

Job Published(v1::CalendarMode mode) {
  return ConferenceJob(ConferenceChange(1, "event.published", {}, PragueConference(0)), mode);
}
Job Moved(v1::CalendarMode mode, v1::Transition transition = v1::TRANSITION_CHANGED) {
  return ConferenceJob(
      ConferenceChange(2, "event.moved", PragueConference(0), At(1, "2022-10-10", "2022-10-11")),
      mode, transition);
}
Job Cancelled(v1::CalendarMode mode, v1::Transition transition = v1::TRANSITION_CHANGED) {
  return ConferenceJob(
      ConferenceChange(3, "event.cancelled", At(1, "2022-10-10", "2022-10-11"),
                       At(2, "2022-10-10", "2022-10-11", Calendar::STATUS_CANCELLED)),
      mode, transition);
}

// The part's lines, joined as readers join them; "none" without one.
std::string TextOf(const Job& job) {
  const std::optional<CalendarPart> part = CalendarPartOf(job, kUs);
  if (!part) return "none";
  return absl::StrReplaceAll(part->text, {{"\r\n ", ""}, {"\r\n", "\n"}});
}

// As the ledger remembers it after the job's delivery.
void Deliver(const Job& job, std::optional<Invitation>& told) {
  if (const std::optional<Invitation> now = InvitationBy(job)) told = now;
}

TEST(CalendarPartTest, WhoDidNotAskToBeInvitedGetsAnEntryToTakeOrLeave) {
  const Job job = Published(v1::CALENDAR_MODE_UNSPECIFIED);
  EXPECT_EQ(CalendarPartOf(job, kUs)->content_type, "text/calendar; method=PUBLISH; charset=utf-8");
  EXPECT_THAT(TextOf(job),
              AllOf(HasSubstr("METHOD:PUBLISH\n"), HasSubstr("DTSTART;VALUE=DATE:20220926\n"),
                    HasSubstr("DTEND;VALUE=DATE:20220928\n"),
                    HasSubstr("ORGANIZER;CN=Cluster Office:mailto:notices@example.org\n"),
                    HasSubstr("LOCATION:Prague\\, CZ\n"), Not(HasSubstr("ATTENDEE"))));
  EXPECT_FALSE(InvitationBy(job));
  EXPECT_THAT(TextOf(Cancelled(v1::CALENDAR_MODE_PUBLISH)),
              AllOf(HasSubstr("METHOD:PUBLISH\n"), HasSubstr("STATUS:CANCELLED\n"),
                    HasSubstr("SEQUENCE:2\n")));
}

TEST(CalendarPartTest, WhoWantsNothingForACalendarGetsNothing) {
  EXPECT_EQ(TextOf(Published(v1::CALENDAR_MODE_NONE)), "none");
}

// A registration of clusters/a to the conference, for a reader who sees what those see.
Job Registered(const std::vector<std::string>& members, v1::CalendarMode mode,
               Calendar::Status status = Calendar::STATUS_CONFIRMED) {
  Facts facts = PragueConference(0);
  facts.set_type("registration");
  facts.set_name("events/european-cluster-conference-2022/registrations/r");
  facts.add_clusters("clusters/a");
  facts.mutable_calendar()->set_status(status);
  const bool cancelled = status == Calendar::STATUS_CANCELLED;
  Facts before = facts;
  before.mutable_calendar()->set_status(Calendar::STATUS_CONFIRMED);
  Job job = ConferenceJob(
      ConferenceChange(cancelled ? 5 : 4,
                       cancelled ? "registration.cancelled" : "registration.registered",
                       cancelled ? before : Facts(), facts),
      mode);
  auto record = std::make_shared<KeptRecord>(*job.record);
  record->change.mutable_registration()->set_registrant("programmes/people");
  record->change.mutable_registration()->set_event_title("The conference in Prague");
  job.record = std::move(record);
  filter::Viewer viewer = filter::Viewer::Public();
  viewer.members = members;
  auto interest = std::make_shared<Interest>(*job.interest);
  interest->viewer = viewer;
  job.interest = std::move(interest);
  if (MayInvite(job)) job.invitation = Invitation{.uid = facts.calendar().uid()};
  return job;
}

TEST(CalendarPartTest, WhoRegisteredIsInvitedWithoutAskingAndNobodyByOthersRegistrations) {
  const Job own = Registered({"clusters/a"}, v1::CALENDAR_MODE_UNSPECIFIED);
  EXPECT_THAT(TextOf(own), AllOf(HasSubstr("METHOD:REQUEST\n"),
                                 HasSubstr("UID:0123456789abcdef0123456789abcdef\n"),
                                 HasSubstr("SUMMARY:The conference in Prague\n"),
                                 HasSubstr("mailto:anna@example.net\n")));
  EXPECT_THAT(TextOf(Registered({"programmes/people"}, v1::CALENDAR_MODE_PUBLISH)),
              HasSubstr("METHOD:REQUEST\n"))
      << "a person who comes for no cluster";
  std::optional<Invitation> told;
  Deliver(own, told);
  Job cancelled =
      Registered({"clusters/a"}, v1::CALENDAR_MODE_UNSPECIFIED, Calendar::STATUS_CANCELLED);
  cancelled.invitation = told;
  EXPECT_THAT(TextOf(cancelled), AllOf(HasSubstr("METHOD:CANCEL\n"), HasSubstr("SEQUENCE:1\n")));
  EXPECT_EQ(TextOf(Registered({"clusters/a"}, v1::CALENDAR_MODE_NONE)), "none");
  for (const v1::CalendarMode mode : {v1::CALENDAR_MODE_UNSPECIFIED, v1::CALENDAR_MODE_INVITE}) {
    EXPECT_EQ(TextOf(Registered({"events/european-cluster-conference-2022"}, mode)), "none")
        << "the organiser hears of it, and isn't invited";
  }
}

TEST(CalendarPartTest, WhoCanNoLongerSeeTheirRegistrationGetsACancellationWithoutDetails) {
  for (const v1::CalendarMode mode : {v1::CALENDAR_MODE_UNSPECIFIED, v1::CALENDAR_MODE_PUBLISH}) {
    Job job = Registered({"clusters/b"}, mode);
    job.delivery.transition = v1::TRANSITION_CORRECTED;
    EXPECT_TRUE(MayInvite(job));
    auto cut = std::make_shared<KeptRecord>(*job.record);
    change::CutTo(job.interest->viewer, &cut->change);
    cut->change.clear_after();
    job.record = std::move(cut);
    job.hidden = true;
    job.invitation = {.uid = "0123456789abcdef0123456789abcdef", .version = 0, .sequence = 0};
    EXPECT_THAT(TextOf(job), AllOf(HasSubstr("METHOD:CANCEL\n"), HasSubstr("SEQUENCE:1\n"),
                                   Not(HasSubstr("SUMMARY")), Not(HasSubstr("Prague"))));
  }
  Job job = Registered({"clusters/b"}, v1::CALENDAR_MODE_NONE);
  job.delivery.transition = v1::TRANSITION_CORRECTED;
  EXPECT_FALSE(MayInvite(job));
}

TEST(CalendarPartTest, NobodyIsInvitedToTheEndOfACall) {
  Facts call = PragueConference(0);
  call.set_type("call");
  const Job job =
      ConferenceJob(ConferenceChange(1, "call.opened", {}, call), v1::CALENDAR_MODE_INVITE);
  EXPECT_THAT(TextOf(job), AllOf(HasSubstr("METHOD:PUBLISH\n"), Not(HasSubstr("ATTENDEE"))));
  EXPECT_FALSE(MayInvite(job));
  EXPECT_FALSE(InvitationBy(job));
}

TEST(CalendarPartTest, WhoAskedIsInvitedThenMovedThenTakenOut) {
  std::optional<Invitation> told;
  const Job published = Published(v1::CALENDAR_MODE_INVITE);
  EXPECT_THAT(TextOf(published),
              AllOf(HasSubstr("METHOD:REQUEST\n"), HasSubstr("SEQUENCE:0\n"),
                    HasSubstr("ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:"
                              "mailto:anna@example.net\n")));
  Deliver(published, told);
  Job moved = Moved(v1::CALENDAR_MODE_INVITE);
  moved.invitation = told;
  EXPECT_THAT(TextOf(moved), AllOf(HasSubstr("METHOD:REQUEST\n"), HasSubstr("SEQUENCE:1\n"),
                                   HasSubstr("DTSTART;VALUE=DATE:20221010\n")));
  Deliver(moved, told);
  Job cancelled = Cancelled(v1::CALENDAR_MODE_INVITE);
  cancelled.invitation = told;
  EXPECT_THAT(TextOf(cancelled), AllOf(HasSubstr("METHOD:CANCEL\n"), HasSubstr("SEQUENCE:2\n"),
                                       HasSubstr("STATUS:CANCELLED\n"),
                                       HasSubstr("SUMMARY:European Cluster Conference 2022\n")));
  Deliver(cancelled, told);
  EXPECT_TRUE(told->cancelled);
  cancelled.invitation = told;
  EXPECT_EQ(TextOf(cancelled), "none");
}

TEST(CalendarPartTest, WhatWasNeverInvitedToIsNotTakenOut) {
  EXPECT_EQ(TextOf(Cancelled(v1::CALENDAR_MODE_INVITE)), "none");
}

TEST(CalendarPartTest, NothingOlderFollowsANewerOne) {
  Job published = Published(v1::CALENDAR_MODE_INVITE);
  published.invitation = {.uid = "0123456789abcdef0123456789abcdef", .version = 1, .sequence = 1};
  EXPECT_EQ(TextOf(published), "none");
}

TEST(CalendarPartTest, AnEventOfWhichOnlyTheMonthIsKnownMakesNoEntryAndEndsTheOneBefore) {
  EXPECT_EQ(TextOf(ConferenceJob(ConferenceChange(1, "event.published", {}, At(0, "", "")),
                                 v1::CALENDAR_MODE_PUBLISH)),
            "none");
  const auto open = ConferenceChange(2, "event.moved", PragueConference(0), At(1, "", ""));
  Job job = ConferenceJob(open, v1::CALENDAR_MODE_INVITE, v1::TRANSITION_CHANGED);
  EXPECT_EQ(TextOf(job), "none");
  job.invitation = {.uid = "0123456789abcdef0123456789abcdef", .version = 0, .sequence = 0};
  EXPECT_THAT(TextOf(job), AllOf(HasSubstr("METHOD:CANCEL\n"), HasSubstr("SEQUENCE:1\n")));
  EXPECT_THAT(TextOf(ConferenceJob(open, v1::CALENDAR_MODE_PUBLISH, v1::TRANSITION_CHANGED)),
              AllOf(HasSubstr("STATUS:CANCELLED\n"), HasSubstr("DTSTART;VALUE=DATE:20220926\n")));
}

TEST(CalendarPartTest, WhoLostAccessGetsACancellationWithoutDetails) {
  change::v1::ResourceChanged change =
      ConferenceChange(2, "event.updated", PragueConference(0), {});  // as it is cut
  Job job = ConferenceJob(change, v1::CALENDAR_MODE_INVITE, v1::TRANSITION_CORRECTED);
  job.invitation = {.uid = "0123456789abcdef0123456789abcdef", .version = 0, .sequence = 0};
  EXPECT_THAT(TextOf(job),
              AllOf(HasSubstr("METHOD:CANCEL\n"), HasSubstr("SEQUENCE:1\n"),
                    HasSubstr("UID:0123456789abcdef0123456789abcdef\n"), Not(HasSubstr("SUMMARY")),
                    Not(HasSubstr("LOCATION")), Not(HasSubstr("Prague"))));
  change.clear_before();
  Job both = ConferenceJob(change, v1::CALENDAR_MODE_INVITE, v1::TRANSITION_CORRECTED);
  both.invitation = job.invitation;
  EXPECT_THAT(TextOf(both), HasSubstr("METHOD:CANCEL\n"));
  Job hidden = Moved(v1::CALENDAR_MODE_INVITE, v1::TRANSITION_CORRECTED);
  hidden.invitation = job.invitation;
  hidden.hidden = true;
  EXPECT_THAT(TextOf(hidden), AllOf(HasSubstr("METHOD:CANCEL\n"), Not(HasSubstr("Prague"))));
}

TEST(CalendarPartTest, TheLetterToReadersWhoLostAccessHasNoDetails) {
  Job job = ConferenceJob(ConferenceChange(2, "event.updated", PragueConference(0), {}),
                          v1::CALENDAR_MODE_INVITE, v1::TRANSITION_CORRECTED);
  Notice notice = NoticeOf(job);
  EXPECT_EQ(notice.title, "An event was taken out of your calendar");
  EXPECT_THAT(notice.text + notice.link, Not(HasSubstr("Prague")));
  job = Moved(v1::CALENDAR_MODE_INVITE, v1::TRANSITION_CORRECTED);
  EXPECT_THAT(NoticeOf(job).text, HasSubstr("It is in your calendar by “Conferences”."));
  job.hidden = true;
  EXPECT_EQ(NoticeOf(job).title, "An event was taken out of your calendar");
}

TEST(CalendarPartTest, WhoSeesItAgainIsInvitedUnderAHigherSequence) {
  Job job = Published(v1::CALENDAR_MODE_INVITE);
  job.invitation = {
      .uid = "0123456789abcdef0123456789abcdef", .version = 0, .sequence = 1, .cancelled = true};
  EXPECT_THAT(TextOf(job), AllOf(HasSubstr("METHOD:REQUEST\n"), HasSubstr("SEQUENCE:2\n")));
}

TEST(CalendarPartTest, ADeletedEventIsCancelledWithItsDetails) {
  const auto change = ConferenceChange(4, "event.deleted", PragueConference(3), {});
  Job job = ConferenceJob(change, v1::CALENDAR_MODE_INVITE, v1::TRANSITION_LEFT);
  job.invitation = {.uid = "0123456789abcdef0123456789abcdef", .version = 3, .sequence = 3};
  EXPECT_THAT(TextOf(job), AllOf(HasSubstr("METHOD:CANCEL\n"), HasSubstr("SEQUENCE:4\n"),
                                 HasSubstr("LOCATION:Prague\\, CZ\n")));
}

TEST(CalendarPartTest, ACorrectionThatChangesNothingIsNone) {
  Job job = Moved(v1::CALENDAR_MODE_INVITE, v1::TRANSITION_CORRECTED);
  job.invitation = {.uid = "0123456789abcdef0123456789abcdef", .version = 1, .sequence = 1};
  EXPECT_FALSE(InvitationBy(job));
  EXPECT_EQ(TextOf(job), "none");
}

TEST(CalendarPartTest, ADigestPublishesAndInvitesNobody) {
  Job job = Published(v1::CALENDAR_MODE_INVITE);
  job.digest = Digest();
  EXPECT_FALSE(InvitationBy(job));
  EXPECT_THAT(TextOf(job), AllOf(HasSubstr("METHOD:PUBLISH\n"), Not(HasSubstr("ATTENDEE"))));
}

TEST(CalendarPartTest, ADigestHasAnEventAndARegistrationToItOnce) {
  Job job = Registered({"clusters/a"}, v1::CALENDAR_MODE_UNSPECIFIED);
  job.digest = Digest();
  auto record = std::make_shared<KeptRecord>(*job.record);
  record->change.set_name(record->change.name() + "/registrations/r");
  job.record = std::move(record);
  job.others = {std::make_shared<const Job>(Published(v1::CALENDAR_MODE_UNSPECIFIED))};
  const std::string text = TextOf(job);
  EXPECT_THAT(text, HasSubstr("BEGIN:VEVENT"));
  EXPECT_EQ(text.find("BEGIN:VEVENT"), text.rfind("BEGIN:VEVENT")) << text;
}

TEST(CalendarPartTest, AnEventWithTimesStandsInItsZone) {
  Facts facts = At(0, "2022-09-26T09:00", "2022-09-27T17:30");
  facts.mutable_calendar()->set_whole_days(false);
  facts.mutable_calendar()->set_time_zone("Europe/Prague");
  facts.mutable_calendar()->set_online(true);
  const Job job =
      ConferenceJob(ConferenceChange(1, "event.published", {}, facts), v1::CALENDAR_MODE_PUBLISH);
  EXPECT_THAT(TextOf(job), AllOf(HasSubstr("BEGIN:VTIMEZONE\nTZID:Europe/Prague\n"),
                                 HasSubstr("DTSTART;TZID=Europe/Prague:20220926T090000\n"),
                                 HasSubstr("DTEND;TZID=Europe/Prague:20220927T173000\n"),
                                 HasSubstr("LOCATION:Prague\\, CZ / online\n")));
}

}  // namespace
}  // namespace clusterwire::notification
