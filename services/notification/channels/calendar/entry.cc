#include "services/notification/channels/calendar/entry.h"

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

#include "libs/base/time/clock.h"
#include "services/notification/channels/differences.h"

namespace clusterwire::notification {
namespace {

// Its place on earth and its being online, as one line.
std::string PlaceOf(const type::v1::Calendar& calendar) {
  if (!calendar.online()) return calendar.place();
  return calendar.place().empty() ? "Online" : absl::StrCat(calendar.place(), " / online");
}

std::string TextOf(const type::v1::Facts& event, text::Language language) {
  std::string text = SummaryIn(language, event);
  if (!event.calendar().organiser().empty()) {
    absl::StrAppend(&text, text.empty() ? "" : "\n\n",
                    language == text::Language::kGerman ? "Veranstaltet von: " : "Organised by: ",
                    event.calendar().organiser());
  }
  return text;
}

}  // namespace

std::string UidOf(const change::v1::ResourceChanged& change) {
  return change.has_after() && change.after().has_calendar() ? change.after().calendar().uid()
                                                             : change.before().calendar().uid();
}

std::variant<std::monostate, calendar::Days, calendar::Times> WhenOf(
    const type::v1::Calendar& calendar) {
  if (calendar.whole_days()) {
    calendar::Days days;
    if (!absl::ParseCivilTime(calendar.start(), &days.first)) return {};
    if (!absl::ParseCivilTime(calendar.end(), &days.last)) days.last = days.first;
    return days;
  }
  calendar::Times times{.start = {}, .end = {}, .zone = calendar.time_zone()};
  if (!absl::ParseCivilTime(calendar.start(), &times.start) || !calendar::IsZone(times.zone)) {
    return {};
  }
  if (absl::CivilMinute end; absl::ParseCivilTime(calendar.end(), &end)) times.end = end;
  return times;
}

absl::Time EndOf(const type::v1::Facts& event) {
  const auto when = WhenOf(event.calendar());
  absl::CivilDay last;
  if (const auto* days = std::get_if<calendar::Days>(&when)) {
    last = days->last;
  } else if (const auto* times = std::get_if<calendar::Times>(&when)) {
    last = absl::CivilDay(times->end.value_or(times->start));
  } else {
    return absl::UnixEpoch();
  }
  return absl::FromCivil(last + 2, absl::UTCTimeZone());
}

Event EventIn(const change::v1::ResourceChanged& change) {
  Event event{.time = ToTime(change.time())};
  if (change.has_after() && change.after().has_calendar()) {
    const type::v1::Calendar& calendar = change.after().calendar();
    event.image = &change.after();
    event.version = calendar.sequence();
    event.state = calendar.status() == type::v1::Calendar::STATUS_CANCELLED
                      ? Event::State::kCancelled
                  : calendar.start().empty() ? Event::State::kDayUnknown
                                             : Event::State::kThere;
  } else if (change.kind() == "event.deleted" && change.before().has_calendar()) {
    event.image = &change.before();
    event.version = change.before().calendar().sequence() + 1;
    event.state = Event::State::kCancelled;
  }
  return event;
}

std::optional<calendar::Entry> PublishedEntry(const Event& event,
                                              const change::v1::ResourceChanged& change,
                                              text::Language language) {
  if (event.image == nullptr) return std::nullopt;
  calendar::Entry entry = DescribedBy(*event.image, event.time, language);
  const bool open = event.state == Event::State::kDayUnknown;
  entry.when = WhenOf(open ? change.before().calendar() : event.image->calendar());
  if (std::holds_alternative<std::monostate>(entry.when)) return std::nullopt;
  entry.sequence = event.version;
  entry.cancelled = event.state != Event::State::kThere;
  return entry;
}

calendar::Entry DescribedBy(const type::v1::Facts& event, absl::Time stamp,
                            text::Language language) {
  const type::v1::Calendar& calendar = event.calendar();
  return {.uid = calendar.uid(),
          .sequence = calendar.sequence(),
          .stamp = stamp,
          .title = event.title(),
          .place = PlaceOf(calendar),
          .text = TextOf(event, language),
          .link = calendar.link().empty() ? event.link() : calendar.link()};
}

}  // namespace clusterwire::notification
