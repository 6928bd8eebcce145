#include "services/notification/channels/calendar/entry.h"

#include <algorithm>
#include <utility>

#include "absl/time/civil_time.h"

#include "libs/base/time/clock.h"
#include "services/notification/channels/differences.h"

namespace clusterwire::notification {

std::string UidOf(const change::v1::ResourceChanged& change) {
  return change.has_after() && change.after().has_calendar() ? change.after().calendar().uid()
                                                             : change.before().calendar().uid();
}

absl::Time EndOf(const type::v1::Facts& event) {
  const auto when = calendar::WhenOf(event.calendar());
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
  calendar::Entry entry =
      calendar::DescribedBy(*event.image, SummaryIn(language, *event.image), event.time, language);
  const bool open = event.state == Event::State::kDayUnknown;
  entry.when = calendar::WhenOf(open ? change.before().calendar() : event.image->calendar());
  if (std::holds_alternative<std::monostate>(entry.when)) return std::nullopt;
  entry.sequence = event.version;
  entry.cancelled = event.state != Event::State::kThere;
  return entry;
}

void AddEntry(const change::v1::ResourceChanged& change, calendar::Entry entry,
              std::vector<calendar::Entry>& entries) {
  const auto same = std::ranges::find(entries, entry.uid, &calendar::Entry::uid);
  if (same == entries.end()) {
    entries.push_back(std::move(entry));
  } else if (change.name() == change.root() || (same->cancelled && !entry.cancelled)) {
    *same = std::move(entry);
  }
}

}  // namespace clusterwire::notification
