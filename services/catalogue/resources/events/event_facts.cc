
#include "clusterwire/catalogue/v1/event.pb.h"

#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/resources/events/event_calendar.h"

namespace clusterwire::catalogue {
namespace {

facts::Facts Own(const v1::CalendarEvent& event, const CodeBook& codes) {
  facts::Facts facts = Described("event", event);
  const std::string days = event.period().start() == event.period().end()
                               ? event.period().start()
                               : Joined({event.period().start(), event.period().end()}, " to ");
  if (facts.summary().empty()) {
    facts.set_summary(Joined(
        {days, event.online() ? "online" : "", PlaceText(event.place()), event.place().country()},
        ", "));
  }
  const bool cancelled = event.state() == v1::CalendarEvent::STATE_CANCELLED;
  if (cancelled) {
    facts.set_summary(
        absl::StrCat("Cancelled: ", event.cancellation().reason(), "\n", facts.summary()));
  }
  SetLink(event.link(), event.sources(), &facts);
  AddCodes(event.sectors(), codes, &facts);
  AddCodes(event.regions(), codes, &facts);
  AddCountry(event.place().country(), codes, &facts);
  if (event.place().has_point()) *facts.mutable_point() = event.place().point();
  AddSorted(event.programmes(), facts.mutable_programmes());
  facts.set_kind(WordOf(event.kind()));
  *facts.mutable_period() = event.period();
  if (!cancelled) facts.set_deadline(event.registration_closes());
  AddSorted(event.languages(), facts.mutable_languages());
  facts.set_parent(event.parent());
  *facts.mutable_calendar() = CalendarOf(event, facts.link());
  facts.set_text(Joined({event.organiser(), PlaceWords(event.place())}, " "));
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
  return uses;
}

}  // namespace

CatalogueType EventType() {
  return {.type = facts::MakeType<v1::CalendarEvent, CodeBook>("event", "events/{event}",
                                                               {.own = &Own}),
          .uses = &Uses};
}

}  // namespace clusterwire::catalogue
