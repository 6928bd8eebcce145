#include "services/notification/channels/notice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/notification/channels/differences.h"
#include "services/notification/channels/testing/event_jobs.h"
#include "services/notification/channels/testing/jobs.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(NoticeTest, SaysWhatHappenedToWhatAndWhyItIsTold) {
  const Notice notice = NoticeOf(LabelAwardedJob());
  EXPECT_EQ(notice.title, "Silver (ECEI) for Silicon Saxony – the label was awarded");
  EXPECT_EQ(notice.link, "https://example.org/silver");
  EXPECT_THAT(notice.text, HasSubstr("Valid until 2026-05-31."));
  EXPECT_THAT(notice.text, HasSubstr("It now matches “Silver in Saxony”."));
  EXPECT_THAT(notice.reasons, testing::ElementsAre("It is a label.", "It is in Germany (iso:DE)."));
}

TEST(NoticeTest, ReadersOfGermanAreToldInGerman) {
  v1::Subscriber reader;
  reader.set_language("de-AT");
  Job job = LabelAwardedJob();
  job.subscriber = std::make_shared<const v1::Subscriber>(reader);
  const Notice notice = NoticeOf(job);
  EXPECT_EQ(notice.title, "Silver (ECEI) for Silicon Saxony – das Label wurde verliehen");
  EXPECT_EQ(notice.group, "Labels");
  EXPECT_THAT(notice.text, HasSubstr("Es passt jetzt zu „Silver in Saxony“."));
  EXPECT_THAT(notice.reasons,
              testing::ElementsAre("Es ist ein Label.", "Es liegt in Germany (iso:DE)."));

  change::v1::ResourceChanged change = job.record->change;
  *change.mutable_before() = change.after();
  change.mutable_before()->mutable_period()->set_start("2026-Q3");
  change.mutable_after()->set_state("lapsed");
  change.mutable_after()->set_deadline("2027-03-31");
  change.mutable_after()->add_languages("fr");
  change.set_cause("clusters/silicon-saxony");
  change.set_cause_title("Silicon Saxony");
  change.mutable_after()->set_summary("Awarded 2026-09-01.");
  change.mutable_after()->set_summary_de("Vergeben: 1. September 2026.");
  SetChange(job, change);
  job.delivery.transition = v1::TRANSITION_CHANGED;
  EXPECT_THAT(NoticeOf(job).text,
              testing::AllOf(HasSubstr("Es passt wie bisher zu „"),
                             HasSubstr("\nStatus: gültig → erloschen\n"),
                             HasSubstr("\nZeit: 3. Quartal 2026 bis ? → ohne\n"),
                             HasSubstr("\nFrist: ohne → 31. März 2027\n"),
                             HasSubstr("\nSprachen: + Französisch\n"),
                             HasSubstr("\nAnlass: Silicon Saxony.")));
  EXPECT_THAT(NoticeOf(job).text, testing::StartsWith("Vergeben: 1. September 2026.\n"));
  EXPECT_THAT(NoticeOf(job).text, Not(HasSubstr("Awarded")));
  job.delivery.transition = v1::TRANSITION_LEFT;
  EXPECT_THAT(NoticeOf(job).text, HasSubstr("Es passt nicht mehr zu „Silver in Saxony“."));
}

TEST(NoticeTest, LeavingIsToldFromTheImageBeforeAlone) {
  Job job = LabelAwardedJob();
  change::v1::ResourceChanged change = job.record->change;
  *change.mutable_before() = change.after();
  change.mutable_before()->set_title("Old title");
  change.mutable_after()->set_title("New title");
  change.mutable_after()->set_summary("New summary");
  change.set_kind("facts.refreshed");
  change.set_cause("clusters/silicon-saxony");
  SetChange(job, change);
  job.delivery.transition = v1::TRANSITION_LEFT;
  const Notice notice = NoticeOf(job);
  EXPECT_EQ(notice.title, "Old title – no longer matches");
  EXPECT_THAT(notice.text, Not(HasSubstr("New")));
  EXPECT_THAT(notice.text, Not(HasSubstr("silicon-saxony"))) << "not everybody may know its title";
}

TEST(NoticeTest, AnEventThatLeavesIsToldAsTheCalendarInItsMailSaysIt) {
  type::v1::Facts moved = PragueConference(1);
  moved.mutable_period()->set_start("2022-10-10");
  moved.mutable_period()->set_end("2022-10-11");
  moved.mutable_calendar()->set_start("2022-10-10");
  moved.mutable_calendar()->set_end("2022-10-11");
  const auto change = ConferenceChange(2, "event.moved", PragueConference(0), moved);
  const auto text = [&](v1::CalendarMode mode, bool hidden = false) {
    Job job = ConferenceJob(change, mode, v1::TRANSITION_LEFT);
    job.hidden = hidden;
    return NoticeOf(job).text;
  };
  constexpr char kMoved[] = "→ 10 October 2022 to 11 October 2022";
  EXPECT_THAT(text(v1::CALENDAR_MODE_INVITE), HasSubstr(kMoved));
  EXPECT_THAT(text(v1::CALENDAR_MODE_PUBLISH), HasSubstr(kMoved));
  EXPECT_THAT(text(v1::CALENDAR_MODE_NONE), Not(HasSubstr("October")));
  EXPECT_THAT(text(v1::CALENDAR_MODE_INVITE, /*hidden=*/true), Not(HasSubstr("October")));
}

TEST(NoticeTest, AChangeTellsTheDifferences) {
  Job job = LabelAwardedJob();
  change::v1::ResourceChanged change = job.record->change;
  *change.mutable_before() = change.after();
  change.mutable_after()->set_state("lapsed");
  change.mutable_after()->add_codes("nuts:DED2");
  change.mutable_after()->add_titles()->set_value("nuts:DED2");
  change.mutable_after()->mutable_titles(1)->set_title("Dresden");
  change.mutable_after()->add_languages("de");
  change.set_kind("label.lapsed");
  SetChange(job, change);
  job.delivery.transition = v1::TRANSITION_CHANGED;
  const Notice notice = NoticeOf(job);
  EXPECT_THAT(notice.text, HasSubstr("State: valid → lapsed"));
  EXPECT_THAT(notice.text, HasSubstr("Sectors and regions: + Dresden (nuts:DED2)"));
  EXPECT_THAT(notice.text, HasSubstr("Languages: + German"));
}

TEST(NoticeTest, NothingThatAnEditorWroteCanPassForALineOfOurs) {
  Job job = LabelAwardedJob();
  change::v1::ResourceChanged change = job.record->change;
  change.mutable_after()->set_title("Gold\nfor \u202EEvil\u0085Corp");
  change.mutable_after()->set_summary("Fine.\r\nIt no longer matches “x”.\x1b[2J");
  change.mutable_after()->mutable_titles(0)->set_title("Germany\nIt is gold.");
  SetChange(job, change);
  const Notice notice = NoticeOf(job);
  EXPECT_EQ(notice.title, "Gold for  Evil Corp – the label was awarded");
  EXPECT_EQ(notice.text, "Fine. It no longer matches “x”. [2J\nIt now matches “Silver in Saxony”.");
  EXPECT_THAT(notice.reasons, testing::Each(Not(HasSubstr("\n"))));
}

TEST(NoticeTest, TheCauseIsCalledByItsTitle) {
  Job job = LabelAwardedJob();
  change::v1::ResourceChanged change = job.record->change;
  change.set_cause("clusters/silicon-saxony");
  change.mutable_after()->mutable_titles(0)->set_value("clusters/silicon-saxony");
  change.mutable_after()->mutable_titles(0)->set_title("Silicon Saxony");
  SetChange(job, change);
  EXPECT_THAT(NoticeOf(job).text, HasSubstr("Because of Silicon Saxony."));
}

TEST(NoticeTest, AResourceWithoutATitleIsCalledByWhatItIs) {
  Job job = LabelAwardedJob();
  change::v1::ResourceChanged change = job.record->change;
  change.mutable_after()->clear_title();
  SetChange(job, change);
  EXPECT_EQ(NoticeOf(job).title, "a label – the label was awarded");
}

TEST(NoticeTest, WhatAMailTellsOfAResourceNamesEachChangeAndEachSubscriptionOnce) {
  const auto first = std::make_shared<const Job>(LabelAwardedJob());
  auto second = std::make_shared<Job>(LabelAwardedJob());
  change::v1::ResourceChanged renewed = second->record->change;
  renewed.set_kind("label.renewed");
  SetChange(*second, renewed);
  Interest interest = *second->interest;
  interest.subscription.set_title("All labels");
  second->interest = std::make_shared<const Interest>(interest);
  second->delivery.transition = v1::TRANSITION_CHANGED;
  const Told told = {.job = first, .changes = {first, second}, .subscriptions = {first, second}};
  const Notice notice = NoticeOf(told);
  EXPECT_EQ(notice.title, "Silver (ECEI) for Silicon Saxony – the label was awarded");
  EXPECT_THAT(notice.text, testing::EndsWith("It now matches “Silver in Saxony”.\n"
                                             "It matches “All labels” as before.\n"
                                             "What happened too: the label was renewed."));
  EXPECT_THAT(notice.reasons, testing::ElementsAre("It is a label.", "It is in Germany (iso:DE)."));
}

TEST(DifferencesTest, AnEventIsToldInItsLocalTimeAndPlace) {
  type::v1::Facts before;
  before.mutable_period()->set_start("2022-09-26");
  before.mutable_period()->set_end("2022-09-27");
  type::v1::Calendar& calendar = *before.mutable_calendar();
  calendar.set_start("2022-09-26T09:00");
  calendar.set_end("2022-09-27T17:00");
  calendar.set_time_zone("Europe/Prague");
  calendar.set_place("Prague Congress Centre");
  type::v1::Facts after = before;
  after.mutable_calendar()->set_start("2022-09-26T10:00");
  after.mutable_calendar()->set_end("2022-09-28T00:00");
  after.mutable_calendar()->set_place("Brno");
  after.mutable_calendar()->set_online(true);
  EXPECT_THAT(DifferencesOf(before, after),
              testing::ElementsAre("Period: 26 September 2022, 09:00 to 27 September 2022, 17:00 "
                                   "(Europe/Prague) → 26 September 2022, 10:00 to 27 September "
                                   "2022 (Europe/Prague)",
                                   "Place: Prague Congress Centre → Brno", "Online: no → yes"));
  before.mutable_calendar()->set_whole_days(true);
  EXPECT_THAT(DifferencesOf(before, after, text::Language::kGerman),
              testing::Contains("Zeit: 26. September 2022 bis 27. September 2022 → 26. September "
                                "2022, 10:00 Uhr bis 27. September 2022 (Europe/Prague)"));
}

TEST(DifferencesTest, NamesWhatCameAndWhatWent) {
  type::v1::Facts before;
  type::v1::Facts after;
  before.add_label_levels("ecei:bronze");
  after.add_label_levels("ecei:silver");
  after.set_size(0);
  EXPECT_THAT(
      DifferencesOf(before, after),
      testing::ElementsAre("Label levels: + ecei:silver − ecei:bronze", "Members: none → 0"));
  EXPECT_THAT(DifferencesOf(after, after), testing::IsEmpty());
}

}  // namespace
}  // namespace clusterwire::notification
