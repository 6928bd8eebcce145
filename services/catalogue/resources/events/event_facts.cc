
#include "clusterwire/catalogue/v1/event.pb.h"

#include "libs/text/language.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/dates/periods.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/common/places/places.h"
#include "services/catalogue/resources/events/event_agenda.h"
#include "services/catalogue/resources/events/event_calendar.h"
#include "services/catalogue/resources/events/event_index.h"
#include "services/catalogue/resources/events/event_registration.h"
#include "services/catalogue/resources/programmes/criterion_rules.h"

namespace clusterwire::catalogue {
namespace {

// Further words that it is found by.
std::string TextOf(const v1::CalendarEvent& event) {
  std::string text = Joined({event.organiser(), PlaceWords(event.place()), event.series()}, " ");
  for (const v1::AgendaItem& item : event.agenda()) absl::StrAppend(&text, " ", item.title());
  if (event.has_recap()) absl::StrAppend(&text, " ", event.recap().text());
  return text;
}

// What `written` by an editor leaves to say: when and where it is where that is nothing, that it
// was cancelled, and until when one can register.
std::string SummaryIn(text::Language language, const v1::CalendarEvent& event,
                      std::string summary) {
  const bool german = language == text::Language::kGerman;
  if (summary.empty()) {
    const auto date = [&](const std::string& text) { return SummaryDate(language, text); };
    const type::v1::Period& period = event.period();
    const std::string days =
        period.start() == period.end()
            ? date(period.start())
            : Joined({date(period.start()), date(period.end())}, german ? " bis " : " to ");
    summary = Joined(
        {days, event.online() ? "online" : "", PlaceText(event.place()), event.place().country()},
        ", ");
  }
  if (event.state() != v1::CalendarEvent::STATE_CANCELLED) {
    return Joined({summary, RegistrationText(language, event)}, "\n");
  }
  return absl::StrCat(german ? "Abgesagt: " : "Cancelled: ", event.cancellation().reason(), "\n",
                      summary);
}

facts::Facts Own(const v1::CalendarEvent& event, const CodeBook& codes) {
  facts::Facts facts = Described("event", event);
  const bool cancelled = event.state() == v1::CalendarEvent::STATE_CANCELLED;
  const bool registers = !RegistrationText(text::Language::kEnglish, event).empty();
  if (cancelled || registers || facts.summary().empty()) {
    const std::string written = facts.summary();
    facts.set_summary(SummaryIn(text::Language::kEnglish, event, written));
    facts.set_summary_de(SummaryIn(text::Language::kGerman, event, written));
  }
  SetLink(event.link(), event.sources(), &facts);
  AddCodes(event.sectors(), codes, &facts);
  AddCodes(event.regions(), codes, &facts);
  AddCountry(event.place().country(), codes, &facts);
  if (const auto point = PointOf(event.place(), "")) *facts.mutable_point() = *point;
  AddSorted(ProgrammesOf(event), facts.mutable_programmes());
  AddSorted(ClustersOf(event), facts.mutable_clusters());
  facts.set_kind(WordOf(event.kind()));
  *facts.mutable_period() = event.period();
  if (!cancelled) facts.set_deadline(event.registration_closes());
  AddSorted(event.languages(), facts.mutable_languages());
  facts.set_parent(event.parent());
  *facts.mutable_calendar() = CalendarOf(event, facts.link());
  facts.set_text(TextOf(event));
  if (event.state() == v1::CalendarEvent::STATE_DRAFT) {
    RestrictTo({event.name(), event.owner()}, &facts);
  }
  return facts;
}

std::vector<std::string> Uses(const store::Message& message) {
  const auto& event = static_cast<const v1::CalendarEvent&>(message);
  std::vector<std::string> uses(event.sectors().begin(), event.sectors().end());
  uses.insert(uses.end(), event.regions().begin(), event.regions().end());
  if (!event.place().country().empty()) uses.push_back(CountryUse(event.place().country()));
  AddUses(event.registration().filter(), &uses);
  return uses;
}

}  // namespace

CatalogueType EventType() {
  return {.type = facts::MakeType<v1::CalendarEvent, CodeBook>(
              "event", "events/{event}", {.own = &Own, .timers = &RegistrationTimers}),
          .step = &StepRegistration,
          .deadlines = &RegistrationDeadlines,
          .uses = &Uses,
          .follow = &FollowEventIndex,
          .rows = EventRows()};
}

}  // namespace clusterwire::catalogue
