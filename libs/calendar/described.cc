#include "libs/calendar/described.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

namespace clusterwire::calendar {
namespace {

// Its place on earth and its being online, as one line.
std::string PlaceOf(const type::v1::Calendar& calendar) {
  if (!calendar.online()) return calendar.place();
  return calendar.place().empty() ? "Online" : absl::StrCat(calendar.place(), " / online");
}

std::string TextOf(const type::v1::Facts& event, std::string_view summary,
                   text::Language language) {
  std::string text(summary);
  if (!event.calendar().organiser().empty()) {
    absl::StrAppend(&text, text.empty() ? "" : "\n\n",
                    language == text::Language::kGerman ? "Veranstaltet von: " : "Organised by: ",
                    event.calendar().organiser());
  }
  return text;
}

}  // namespace

std::variant<std::monostate, Days, Times> WhenOf(const type::v1::Calendar& facts) {
  if (facts.whole_days()) {
    Days days;
    if (!absl::ParseCivilTime(facts.start(), &days.first)) return {};
    if (!absl::ParseCivilTime(facts.end(), &days.last)) days.last = days.first;
    return days;
  }
  Times times{.start = {}, .end = {}, .zone = facts.time_zone()};
  if (!absl::ParseCivilTime(facts.start(), &times.start) || !IsZone(times.zone)) {
    return {};
  }
  if (absl::CivilMinute end; absl::ParseCivilTime(facts.end(), &end)) times.end = end;
  return times;
}

Entry DescribedBy(const type::v1::Facts& event, std::string_view summary, absl::Time stamp,
                  text::Language language) {
  const type::v1::Calendar& calendar = event.calendar();
  return {.uid = calendar.uid(),
          .sequence = calendar.sequence(),
          .stamp = stamp,
          .title = event.title(),
          .place = PlaceOf(calendar),
          .text = TextOf(event, summary, language),
          .link = calendar.link().empty() ? event.link() : calendar.link()};
}

}  // namespace clusterwire::calendar
