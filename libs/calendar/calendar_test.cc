#include "libs/calendar/calendar.h"

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clusterwire::calendar {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Lines joined as a reader joins them, ended by "\n".
std::string Unfolded(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\r\n ", ""}, {"\r\n", "\n"}});
}

Entry Conference() {
  return {.uid = "prague-2022@example.org",
          .sequence = 3,
          .stamp = absl::FromCivil(absl::CivilSecond(2022, 3, 1, 10, 0, 0), absl::UTCTimeZone()),
          .when = Times{absl::CivilMinute(2022, 9, 26, 9, 0),
                        absl::CivilMinute(2022, 9, 27, 17, 30), "Europe/Prague"},
          .title = "European Cluster Conference 2022",
          .place = "Prague, Czechia",
          .text = "Kind: conference\nOrganised by the Commission",
          .link = "https://example.org/conference;x=1,2",
          .organiser = {"Clusterwire", "notices@example.org"}};
}

TEST(CalendarTest, AnInvitationNamesItsOrganiserItsOneAttendeeAndItsZone) {
  Entry entry = Conference();
  entry.attendee = {"Ada; Lovelace, \"Countess\"", "ada@example.net"};
  const std::string text = Write({.method = Method::kRequest, .entries = {entry}});
  EXPECT_THAT(text, StartsWith("BEGIN:VCALENDAR\r\n"));
  EXPECT_THAT(text, EndsWith("END:VCALENDAR\r\n"));
  const std::string plain = Unfolded(text);
  for (const char* line :
       {"METHOD:REQUEST", "UID:prague-2022@example.org", "SEQUENCE:3", "DTSTAMP:20220301T100000Z",
        "DTSTART;TZID=Europe/Prague:20220926T090000", "DTEND;TZID=Europe/Prague:20220927T173000",
        "SUMMARY:European Cluster Conference 2022", "LOCATION:Prague\\, Czechia",
        "DESCRIPTION:Kind: conference\\nOrganised by the Commission",
        "URL:https://example.org/conference;x=1,2", "STATUS:CONFIRMED",
        "ORGANIZER;CN=Clusterwire:mailto:notices@example.org",
        "ATTENDEE;CN=\"Ada; Lovelace, 'Countess'\";ROLE=REQ-PARTICIPANT;"
        "PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:ada@example.net"}) {
    EXPECT_THAT(plain, HasSubstr(absl::StrCat("\n", line, "\n")));
  }
}

TEST(CalendarTest, WholeDaysEndOnTheDayAfter) {
  Entry entry = Conference();
  entry.when = Days{absl::CivilDay(2022, 9, 26), absl::CivilDay(2022, 9, 27)};
  const std::string plain = Unfolded(Write({.entries = {entry}}));
  EXPECT_THAT(plain, AllOf(HasSubstr("\nDTSTART;VALUE=DATE:20220926\n"),
                           HasSubstr("\nDTEND;VALUE=DATE:20220928\n"), Not(HasSubstr("VTIMEZONE")),
                           Not(HasSubstr("TZID"))));
}

TEST(CalendarTest, AZoneIsDefinedForTheYearsThatAreNeeded) {
  const std::string plain = Unfolded(Write({.entries = {Conference()}}));
  EXPECT_THAT(plain, HasSubstr("BEGIN:VTIMEZONE\nTZID:Europe/Prague\n"
                               "BEGIN:STANDARD\nDTSTART:20211031T030000\nTZOFFSETFROM:+0200\n"
                               "TZOFFSETTO:+0100\nTZNAME:CET\nEND:STANDARD\n"
                               "BEGIN:DAYLIGHT\nDTSTART:20220327T020000\nTZOFFSETFROM:+0100\n"
                               "TZOFFSETTO:+0200\nTZNAME:CEST\nEND:DAYLIGHT\n"
                               "BEGIN:STANDARD\nDTSTART:20221030T030000\nTZOFFSETFROM:+0200\n"
                               "TZOFFSETTO:+0100\nTZNAME:CET\nEND:STANDARD\nEND:VTIMEZONE\n"));
}

TEST(CalendarTest, AZoneWithoutChangesHasAStandardTime) {
  Entry entry = Conference();
  entry.when = Times{absl::CivilMinute(2022, 9, 26, 9, 0), std::nullopt, "Etc/UTC"};
  const std::string plain = Unfolded(Write({.entries = {entry}}));
  EXPECT_THAT(plain, HasSubstr("BEGIN:STANDARD\nDTSTART:20220101T000000\nTZOFFSETFROM:+0000\n"
                               "TZOFFSETTO:+0000\nTZNAME:UTC\nEND:STANDARD\n"));
  EXPECT_THAT(plain, Not(HasSubstr("DTEND")));
}

TEST(CalendarTest, AnEndFarAwayCostsTwoYears) {
  Entry entry = Conference();
  entry.when = Times{absl::CivilMinute(2022, 9, 26, 9, 0), absl::CivilMinute(9000, 1, 1, 0, 0),
                     "Europe/Prague"};
  EXPECT_LT(Write({.entries = {entry}}).size(), 3000u);
}

TEST(CalendarTest, TimesInAnUnknownZoneAreLeftOut) {
  Entry entry = Conference();
  entry.when = Times{absl::CivilMinute(2022, 9, 26, 9, 0), std::nullopt, "Europe/Atlantis"};
  EXPECT_THAT(Write({.entries = {entry}}), AllOf(Not(HasSubstr("DTSTART")), HasSubstr("UID:")));
  EXPECT_FALSE(IsZone("Europe/Atlantis"));
  EXPECT_TRUE(IsZone("Europe/Prague"));
}

TEST(CalendarTest, ACancellationWithoutDetailsHoldsNone) {
  const Entry entry = {
      .uid = "a@b", .sequence = 4, .cancelled = true, .organiser = {"", "notices@example.org"}};
  const std::string plain = Unfolded(Write({.method = Method::kCancel, .entries = {entry}}));
  EXPECT_THAT(plain, AllOf(HasSubstr("METHOD:CANCEL\n"), HasSubstr("STATUS:CANCELLED\n"),
                           HasSubstr("SEQUENCE:4\n"), Not(HasSubstr("SUMMARY")),
                           Not(HasSubstr("LOCATION")), Not(HasSubstr("DTSTART"))));
}

TEST(CalendarTest, ATitleCanWriteNoLinesOfItsOwn) {
  Entry entry = Conference();
  entry.title = "Talk\r\nATTENDEE:mailto:eve@example.org\r\nX:";
  entry.organiser.name = "A\r\nATTENDEE:mailto:eve@example.org";
  entry.link = "https://example.org/\r\nATTENDEE:mailto:eve@example.org";
  entry.uid = "u\r\nATTENDEE:mailto:eve@example.org";
  entry.attendee = {"", "a@b\r\nATTENDEE:mailto:eve@example.org"};
  const std::string plain = Unfolded(Write({.method = Method::kRequest, .entries = {entry}}));
  EXPECT_THAT(plain, Not(HasSubstr("\nATTENDEE:")));
  EXPECT_THAT(plain, Not(HasSubstr("\nX:")));
}

TEST(CalendarTest, MarksThatTurnTheDirectionOfWritingAreSpaces) {
  Entry entry = Conference();
  entry.title =
      "a\xE2\x80\xAE"
      "b";
  EXPECT_THAT(Write({.entries = {entry}}), HasSubstr("SUMMARY:a b\r\n"));
}

TEST(CalendarTest, WhatIsTooLongIsCutBetweenCharacters) {
  Entry entry = Conference();
  for (int i = 0; i < 5000; ++i) entry.title += "ä";
  const std::string plain = Unfolded(Write({.entries = {entry}}));
  const size_t begin = plain.find("SUMMARY:") + 8;
  const std::string title = plain.substr(begin, plain.find('\n', begin) - begin);
  EXPECT_EQ(title.size(), kMaxLineBytes);
}

TEST(CalendarTest, AFeedHasANameAndSaysHowOftenToLook) {
  const std::string plain =
      Unfolded(Write({.name = "Events; in NRW", .text = "All of them", .refresh = absl::Hours(1)}));
  EXPECT_THAT(plain, AllOf(HasSubstr("\nMETHOD:PUBLISH\n"), HasSubstr("\nNAME:Events\\; in NRW\n"),
                           HasSubstr("\nX-WR-CALNAME:Events; in NRW\n"),
                           HasSubstr("\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\n"),
                           HasSubstr("\nX-PUBLISHED-TTL:PT1H\n")));
}

TEST(CalendarTest, AnAddressIsWrittenSoThatNothingElseIsReadFromIt) {
  Entry entry = Conference();
  entry.organiser.address = "a?subject=b&c%d@example.org";
  EXPECT_THAT(Unfolded(Write({.entries = {entry}})),
              HasSubstr(":mailto:a%3fsubject%3db%26c%25d@example.org\n"));
}

}  // namespace
}  // namespace clusterwire::calendar
