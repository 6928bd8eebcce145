#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "clusterwire/catalogue/v1/event.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/calendar/calendar.h"
#include "libs/calendar/described.h"
#include "libs/change/wording.h"
#include "services/catalogue/common/resource.h"
#include "services/catalogue/pages/resource_parts.h"
#include "services/catalogue/resources/events/event_rules.h"

namespace clusterwire::catalogue {
namespace {

using text::In;
using text::Language;

std::string WhenIn(const v1::CalendarEvent& event, Language language) {
  const bool timed = !event.start_time().empty();
  const auto moment = [&](const std::string& date, const std::string& time) {
    return time.empty() ? text::DateIn(language, date)
                        : text::LocalTimeIn(language, absl::StrCat(date, "T", time));
  };
  std::string when = moment(event.period().start(), event.start_time());
  const std::string end =
      moment(event.period().end().empty() ? event.period().start() : event.period().end(),
             event.end_time());
  if (!end.empty() && end != when) absl::StrAppend(&when, " – ", end);
  if (timed && !event.time_zone().empty()) absl::StrAppend(&when, " (", event.time_zone(), ")");
  return when;
}

std::string PlaceOfEvent(const v1::CalendarEvent& event, Language language) {
  const std::string place = PlaceIn(event.place());
  if (!event.online()) return place;
  return place.empty() ? "Online"
                       : absl::StrCat(place, ToAbsl(In(language, " and online", " und online")));
}

void AddActions(const PageContext& context, const v1::CalendarEvent& event,
                const type::v1::Facts& own, templates::Values& page) {
  const Language language = context.question.language;
  templates::Values& actions = page.Add("ACTIONS");
  if (!std::holds_alternative<std::monostate>(calendar::WhenOf(own.calendar()))) {
    actions.Add("ACTION")
        .Set("HREF", AddressOf(absl::StrCat("/", event.name(), ".ics"), {},
                               {{"lang", context.question.Of("lang")}}))
        .Set("TITLE", In(language, "Into my calendar", "In meinen Kalender"));
  }
  AddFollow(context, event.name(), actions);
}

}  // namespace

absl::StatusOr<Filled> FillEvent(const PageContext& context, const std::string& name,
                                 templates::Values& page) {
  const Language language = context.question.language;
  const Resources<v1::CalendarEvent> events(*context.store, EventRules());
  ASSIGN_OR_RETURN(const v1::CalendarEvent event,
                   events.Get({.viewer = filter::Viewer::Public()}, name));
  ASSIGN_OR_RETURN(const type::v1::Facts own, FactsOf(context, name));
  page.Set("TITLE", event.title());
  if (event.state() == v1::CalendarEvent::STATE_CANCELLED) {
    const std::string& reason = event.cancellation().reason();
    page.SetIfAny("BANNER", absl::StrCat(ToAbsl(In(language, "This event is cancelled",
                                                   "Diese Veranstaltung ist abgesagt")),
                                         reason.empty() ? "." : ": ", reason));
  }
  if (!event.summary().empty()) page.Add("PARAGRAPH").Set("TEXT", event.summary());
  AddActions(context, event, own, page);
  AddFact(context, In(language, "When", "Wann"), {WhenIn(event, language)}, page);
  AddFact(context, In(language, "Where", "Wo"), {PlaceOfEvent(event, language)}, page);
  AddFact(context, In(language, "Organised by", "Veranstaltet von"), {event.organiser()}, page);
  AddFact(context, In(language, "Registration closes", "Anmeldeschluss"),
          {text::DateIn(language, event.registration_closes())}, page);
  AddLinkFact(context, In(language, "Registration", "Anmeldung"), event.registration().link(),
              page);
  AddFact(context, In(language, "Languages", "Sprachen"),
          {event.languages().begin(), event.languages().end()}, page);
  AddFact(context, In(language, "Sectors", "Branchen"), TitlesOf(context, event.sectors(), own),
          page);
  AddLinkFact(context, In(language, "Website", "Website"), event.link(), page);
  if (!event.parent().empty()) {
    SetLink(PageOf(event.parent(), context.question),
            In(language, "the whole event", "die ganze Veranstaltung"),
            page.Add("FACT").Set("LABEL", In(language, "Part of", "Teil von")).Add("VALUE"));
  }
  type::v1::Filter parts;
  parts.add_types("event");
  RETURN_IF_ERROR(AddList(context, In(language, "Parts", "Teile"), name, parts, page));
  AddSources(context, event.sources(), page);
  return Filled{event.title()};
}

absl::StatusOr<std::string> EventCalendar(const PageContext& context, const std::string& name) {
  const Resources<v1::CalendarEvent> events(*context.store, EventRules());
  RETURN_IF_ERROR(events.Get({.viewer = filter::Viewer::Public()}, name).status());
  ASSIGN_OR_RETURN(const type::v1::Facts event, FactsOf(context, name));
  calendar::Entry entry =
      calendar::DescribedBy(event, change::SummaryIn(context.question.language, event),
                            context.clock.Now(), context.question.language);
  entry.when = calendar::WhenOf(event.calendar());
  if (event.type() != "event" || std::holds_alternative<std::monostate>(entry.when)) {
    return absl::NotFoundError("no such entry");
  }
  entry.cancelled = event.calendar().status() == type::v1::Calendar::STATUS_CANCELLED;
  return calendar::Write({.method = calendar::Method::kPublish, .entries = {std::move(entry)}});
}

}  // namespace clusterwire::catalogue
