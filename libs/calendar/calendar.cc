#include "libs/calendar/calendar.h"

#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

#include "libs/base/text/strings.h"
#include "libs/calendar/handles.h"
#include "libs/calendar/zone.h"

namespace clusterwire::calendar {
namespace {

constexpr char kProduct[] = "-//clusterwire//notices//EN";

// The years by zone that definitions are needed for.
using Years = std::map<std::string, std::set<int64_t>>;

std::string Trimmed(std::string text) {
  absl::StripAsciiWhitespace(&text);
  return text;
}

// A value that is blank is none to those who read it: it is left out.
std::string Line(std::string_view text) { return Trimmed(ReadableUtf8(text, kMaxLineBytes)); }

std::string Lines(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto line : absl::StrSplit(ToAbsl(CutUtf8(text, kMaxTextBytes)), '\n')) {
    lines.push_back(ReadableUtf8(ToStd(line), kMaxTextBytes));
  }
  return Trimmed(absl::StrJoin(lines, "\n"));
}

std::optional<absl::TimeZone> FindZone(std::string_view name) {
  absl::TimeZone zone;
  if (name.empty() || !absl::LoadTimeZone(std::string(name), &zone)) return std::nullopt;
  return zone;
}

// An address as RFC 6068 writes it: what might be read as anything else is escaped.
std::string MailtoOf(std::string_view address) {
  constexpr std::string_view kPlain = "@.-_+~!$*'";
  std::string result = "mailto:";
  for (const char c : address) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || kPlain.find(c) != std::string_view::npos) {
      result.push_back(c);
    } else {
      absl::StrAppend(&result, "%", absl::Hex(byte, absl::kZeroPad2));
    }
  }
  return result;
}

// A parameter can hold no quotes, and a caret in it begins an escape (RFC 6868).
std::string ParameterOf(std::string_view name) {
  return absl::StrReplaceAll(Line(name), {{"\"", "'"}, {"^", " "}});
}

class Writer {
 public:
  explicit Writer(const Calendar& calendar) : calendar_(calendar) {}

  std::string Write() {
    root_.reset(icalcomponent_new_vcalendar());
    Put(icalproperty_new_prodid(kProduct));
    Put(icalproperty_new_version("2.0"));
    Put(icalproperty_new_calscale("GREGORIAN"));
    Put(icalproperty_new_method(MethodOf(calendar_.method)));
    AddFeed();
    Years years;
    for (const Entry& entry : calendar_.entries) AddYears(entry, years);
    for (const auto& [name, needed] : years) {
      icalcomponent_add_component(root_.get(), DefineZone(name, *FindZone(name), needed).release());
    }
    for (const Entry& entry : calendar_.entries) {
      icalcomponent_add_component(root_.get(), EventOf(entry));
    }
    const TextHandle text(icalcomponent_as_ical_string_r(root_.get()));
    return text.get();
  }

 private:
  static icalproperty_method MethodOf(Method method) {
    switch (method) {
      case Method::kRequest:
        return ICAL_METHOD_REQUEST;
      case Method::kCancel:
        return ICAL_METHOD_CANCEL;
      case Method::kPublish:
        break;
    }
    return ICAL_METHOD_PUBLISH;
  }

  void Put(icalproperty* property) { icalcomponent_add_property(root_.get(), property); }

  // What is not in the standard, and understood everywhere.
  void PutExtra(const char* name, const std::string& value) {
    icalproperty* property = icalproperty_new_x(value.c_str());
    icalproperty_set_x_name(property, name);
    Put(property);
  }

  void AddFeed() {
    if (const std::string name = Line(calendar_.name); !name.empty()) {
      Put(icalproperty_new_name(name.c_str()));
      PutExtra("X-WR-CALNAME", name);
    }
    if (const std::string text = Lines(calendar_.text); !text.empty()) {
      Put(icalproperty_new_description(text.c_str()));
      PutExtra("X-WR-CALDESC", text);
    }
    if (calendar_.refresh > absl::ZeroDuration()) {
      const auto seconds = static_cast<int>(absl::ToInt64Seconds(calendar_.refresh));
      const icaldurationtype refresh = icaldurationtype_from_int(seconds);
      Put(icalproperty_new_refreshinterval(refresh));
      PutExtra("X-PUBLISHED-TTL", icaldurationtype_as_ical_string(refresh));
    }
  }

  static void AddYears(const Entry& entry, Years& years) {
    const auto* times = std::get_if<Times>(&entry.when);
    if (times == nullptr || !FindZone(times->zone)) return;
    std::set<int64_t>& needed = years[times->zone];
    needed.insert(times->start.year());
    if (times->end) needed.insert(times->end->year());
  }

  static icalproperty* InZone(icalproperty* property, const std::string& zone) {
    icalproperty_add_parameter(property, icalparameter_new_tzid(zone.c_str()));
    return property;
  }

  static void AddWhen(icalcomponent* event, const Entry& entry) {
    if (const auto* days = std::get_if<Days>(&entry.when)) {
      icalcomponent_add_property(event, icalproperty_new_dtstart(WholeDay(days->first)));
      icalcomponent_add_property(event, icalproperty_new_dtend(WholeDay(days->last + 1)));
    } else if (const auto* times = std::get_if<Times>(&entry.when);
               times != nullptr && FindZone(times->zone)) {
      icalcomponent_add_property(
          event, InZone(icalproperty_new_dtstart(LocalTime(absl::CivilSecond(times->start))),
                        times->zone));
      if (times->end && *times->end > times->start) {
        icalcomponent_add_property(
            event,
            InZone(icalproperty_new_dtend(LocalTime(absl::CivilSecond(*times->end))), times->zone));
      }
    }
  }

  static void Name(icalproperty* property, const Mailbox& who) {
    const std::string name = ParameterOf(who.name);
    if (!name.empty()) icalproperty_add_parameter(property, icalparameter_new_cn(name.c_str()));
  }

  static void AddPeople(icalcomponent* event, const Entry& entry) {
    if (!entry.organiser.address.empty()) {
      icalproperty* organiser =
          icalproperty_new_organizer(MailtoOf(entry.organiser.address).c_str());
      Name(organiser, entry.organiser);
      icalcomponent_add_property(event, organiser);
    }
    if (entry.attendee.address.empty()) return;
    icalproperty* attendee = icalproperty_new_attendee(MailtoOf(entry.attendee.address).c_str());
    Name(attendee, entry.attendee);
    icalproperty_add_parameter(attendee, icalparameter_new_role(ICAL_ROLE_REQPARTICIPANT));
    icalproperty_add_parameter(attendee, icalparameter_new_partstat(ICAL_PARTSTAT_NEEDSACTION));
    icalproperty_add_parameter(attendee, icalparameter_new_rsvp(ICAL_RSVP_FALSE));
    icalcomponent_add_property(event, attendee);
  }

  static icalcomponent* EventOf(const Entry& entry) {
    icalcomponent* event = icalcomponent_new_vevent();
    const auto put = [&](icalproperty* property) { icalcomponent_add_property(event, property); };
    icaltimetype stamp = LocalTime(absl::ToCivilSecond(entry.stamp, absl::UTCTimeZone()));
    stamp.zone = icaltimezone_get_utc_timezone();
    put(icalproperty_new_uid(Line(entry.uid).c_str()));
    put(icalproperty_new_dtstamp(stamp));
    put(icalproperty_new_sequence(static_cast<int>(entry.sequence)));
    AddWhen(event, entry);
    const auto put_text = [&](icalproperty* (*make)(const char*), const std::string& text) {
      if (!text.empty()) put(make(text.c_str()));
    };
    put_text(&icalproperty_new_summary, Line(entry.title));
    put_text(&icalproperty_new_location, Line(entry.place));
    put_text(&icalproperty_new_description, Lines(entry.text));
    put_text(&icalproperty_new_url, Line(entry.link));
    put(icalproperty_new_status(entry.cancelled ? ICAL_STATUS_CANCELLED : ICAL_STATUS_CONFIRMED));
    AddPeople(event, entry);
    return event;
  }

  const Calendar& calendar_;
  ComponentHandle root_;
};

}  // namespace

bool IsZone(std::string_view name) { return FindZone(name).has_value(); }

std::string_view NameOf(Method method) {
  switch (method) {
    case Method::kRequest:
      return "REQUEST";
    case Method::kCancel:
      return "CANCEL";
    case Method::kPublish:
      break;
  }
  return "PUBLISH";
}

std::string Write(const Calendar& calendar) { return Writer(calendar).Write(); }

}  // namespace clusterwire::calendar
