#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/event.pb.h"

#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/common/fields/words.h"
#include "services/catalogue/common/uses.h"

namespace clusterwire::catalogue {
namespace {

facts::Facts Own(const v1::CalendarEvent& event, const CodeBook& codes) {
  facts::Facts facts;
  facts.set_type("event");
  facts.set_name(event.name());
  facts.set_title(event.title());
  facts.set_summary(event.summary());
  const std::string days = event.period().start() == event.period().end()
                               ? event.period().start()
                               : Joined({event.period().start(), event.period().end()}, " to ");
  if (facts.summary().empty()) {
    facts.set_summary(Joined(
        {days, event.online() ? "online" : "", PlaceText(event.place()), event.place().country()},
        ", "));
  }
  facts.set_link(event.link());
  AddCodes(event.sectors(), codes, &facts);
  AddCountry(event.place().country(), &facts);
  if (event.place().has_point()) *facts.mutable_point() = event.place().point();
  AddSorted(event.programmes(), facts.mutable_programmes());
  facts.set_kind(WordOf(event.kind()));
  facts.set_state(WordOf(event.state()));
  *facts.mutable_period() = event.period();
  facts.set_deadline(event.registration_closes());
  AddSorted(event.languages(), facts.mutable_languages());
  facts.set_parent(event.parent());
  AddExternalIds(event.external_ids(), &facts);
  facts.set_text(Joined({event.organiser(), PlaceText(event.place())}, " "));
  if (event.state() == v1::CalendarEvent::STATE_DRAFT) RestrictTo({}, &facts);
  return facts;
}

std::vector<std::string> Uses(const store::Message& message) {
  const auto& event = static_cast<const v1::CalendarEvent&>(message);
  std::vector<std::string> uses(event.sectors().begin(), event.sectors().end());
  if (!event.place().country().empty()) uses.push_back(CountryUse(event.place().country()));
  return uses;
}

}  // namespace

CatalogueType EventType() {
  CatalogueType type;
  type.type =
      facts::MakeType<v1::CalendarEvent, CodeBook>("event", "events/{event}", {.own = &Own});
  type.uses = &Uses;
  return type;
}

}  // namespace clusterwire::catalogue
