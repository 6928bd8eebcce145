// Calendars of random texts, days and zones, read again by libical.

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "libs/base/testing/seed.h"
#include "libs/base/text/strings.h"
#include "libs/calendar/calendar.h"
#include "libs/calendar/handles.h"

namespace clusterwire::calendar {
namespace {

constexpr const char* kZones[] = {"Europe/Prague",       "Europe/Dublin",    "America/New_York",
                                  "Australia/Lord_Howe", "Pacific/Apia",     "Asia/Kathmandu",
                                  "Africa/Casablanca",   "America/St_Johns", "Etc/UTC",
                                  "Antarctica/Troll",    "Asia/Tehran",      "Pacific/Kiritimati"};
constexpr const char* kPieces[] = {
    "a", " ",    ";",  ",",          "\\",     "\r\n", "\n",  "\r", "\"",  ":",    "ä",
    "😀", "\x01", "\t", "END:VEVENT", "BEGIN:", "^n",   "\\n", "{{", "<b>", "\xff", "\xE2\x80\xAE"};

std::string SomeText(Random& random, size_t most) {
  std::string text;
  const size_t pieces = random.Below(most);
  for (size_t i = 0; i < pieces; ++i) text += kPieces[random.Below(std::size(kPieces))];
  return text;
}

Entry SomeEntry(Random& random) {
  Entry entry = {.uid = absl::StrCat("u", random.Below(1'000'000), "@example.org"),
                 .sequence = static_cast<int64_t>(random.Below(100)),
                 .title = SomeText(random, 60),
                 .place = SomeText(random, 60),
                 .text = SomeText(random, 400),
                 .link = SomeText(random, 20),
                 .cancelled = random.Below(2) == 0,
                 .organiser = {SomeText(random, 30), SomeText(random, 5) + "@example.org"},
                 .attendee = {SomeText(random, 30), SomeText(random, 5) + "@example.org"}};
  const int year = 1900 + static_cast<int>(random.Below(200));
  const absl::CivilMinute start(year, 1, 1, 0, static_cast<int64_t>(random.Below(525'600)));
  if (random.Below(3) == 0) {
    const absl::CivilDay first(start);
    entry.when = Days{first, first + static_cast<int64_t>(random.Below(10))};
  } else {
    entry.when = Times{start, start + 1 + static_cast<int64_t>(random.Below(5000)),
                       kZones[random.Below(std::size(kZones))]};
  }
  return entry;
}

// As libical shows a text that it read.
std::string Read(icalcomponent* event, icalproperty_kind kind) {
  icalproperty* property = icalcomponent_get_first_property(event, kind);
  if (property == nullptr) return "";
  const char* text = icalvalue_get_text(icalproperty_get_value(property));
  return text == nullptr ? "" : text;
}

std::string Trimmed(std::string text) {
  absl::StripAsciiWhitespace(&text);
  return text;
}

std::string Joined(std::string_view text, size_t most) {
  std::vector<std::string> lines;
  for (const auto line : absl::StrSplit(ToAbsl(CutUtf8(text, most)), '\n')) {
    lines.push_back(ReadableUtf8(ToStd(line), most));
  }
  return Trimmed(absl::StrJoin(lines, "\n"));
}

icaltimetype TimeOf(icalcomponent* event, icalproperty_kind kind) {
  return icalvalue_get_datetime(
      icalproperty_get_value(icalcomponent_get_first_property(event, kind)));
}

// The moment of a local time by the definition that came with it.
absl::Time MomentIn(icalcomponent* calendar, const std::string& zone, icaltimetype local) {
  icalcomponent* definition = icalcomponent_get_first_component(calendar, ICAL_VTIMEZONE_COMPONENT);
  while (definition != nullptr) {
    icalproperty* id = icalcomponent_get_first_property(definition, ICAL_TZID_PROPERTY);
    if (zone == icalproperty_get_tzid(id)) break;
    definition = icalcomponent_get_next_component(calendar, ICAL_VTIMEZONE_COMPONENT);
  }
  if (definition == nullptr) return absl::InfinitePast();
  icaltimezone* read = icaltimezone_new();
  icaltimezone_set_component(read, icalcomponent_new_clone(definition));
  local.zone = nullptr;
  const auto seconds = icaltime_as_timet_with_zone(local, read);
  icaltimezone_free(read, 1);
  return absl::FromUnixSeconds(seconds);
}

void CheckLines(const std::string& text) {
  EXPECT_TRUE(IsUtf8(text));
  for (const auto line : absl::StrSplit(text, absl::ByString("\r\n"))) {
    EXPECT_LE(line.size(), 75u);
    EXPECT_EQ(line.find('\n'), line.npos);
    EXPECT_EQ(line.find('\r'), line.npos);
    EXPECT_TRUE(IsUtf8(ToStd(line))) << line;
  }
}

TEST(CalendarPropertyTest, EveryCalendarIsReadAgainAsItWasMeant) {
  SeededRandom random(TestSeed());
  for (int round = 0; round < 400; ++round) {
    SCOPED_TRACE(round);
    Calendar calendar = {.method = static_cast<Method>(random.Below(3)), .entries = {}};
    const size_t entries = 1 + random.Below(4);
    for (size_t i = 0; i < entries; ++i) calendar.entries.push_back(SomeEntry(random));
    const std::string text = Write(calendar);
    CheckLines(text);
    const ComponentHandle read(icalcomponent_new_from_string(text.c_str()));
    ASSERT_NE(read, nullptr);
    ASSERT_EQ(icalcomponent_count_errors(read.get()), 0)
        << icalcomponent_as_ical_string(read.get());
    ASSERT_EQ(icalcomponent_count_components(read.get(), ICAL_VEVENT_COMPONENT),
              static_cast<int>(entries));
    std::vector<icalcomponent*> events;
    for (icalcomponent* event =
             icalcomponent_get_first_component(read.get(), ICAL_VEVENT_COMPONENT);
         event != nullptr;
         event = icalcomponent_get_next_component(read.get(), ICAL_VEVENT_COMPONENT)) {
      events.push_back(event);
    }
    for (size_t i = 0; i < entries; ++i) {
      const Entry& meant = calendar.entries[i];
      EXPECT_EQ(icalcomponent_get_uid(events[i]), meant.uid);
      EXPECT_EQ(icalcomponent_get_sequence(events[i]), meant.sequence);
      EXPECT_EQ(Read(events[i], ICAL_SUMMARY_PROPERTY),
                Trimmed(ReadableUtf8(meant.title, kMaxLineBytes)));
      EXPECT_EQ(Read(events[i], ICAL_DESCRIPTION_PROPERTY), Joined(meant.text, kMaxTextBytes));
      EXPECT_EQ(icalcomponent_count_properties(events[i], ICAL_ATTENDEE_PROPERTY), 1);
      if (const auto* times = std::get_if<Times>(&meant.when)) {
        absl::TimeZone zone;
        ASSERT_TRUE(absl::LoadTimeZone(times->zone, &zone));
        const absl::TimeZone::TimeInfo info = zone.At(absl::CivilSecond(times->start));
        if (info.kind == absl::TimeZone::TimeInfo::UNIQUE) {
          EXPECT_EQ(MomentIn(read.get(), times->zone, TimeOf(events[i], ICAL_DTSTART_PROPERTY)),
                    info.pre)
              << times->zone << " " << absl::FormatCivilTime(times->start);
        }
      } else {
        EXPECT_TRUE(TimeOf(events[i], ICAL_DTEND_PROPERTY).is_date);
      }
    }
  }
}

}  // namespace
}  // namespace clusterwire::calendar
