#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/registration.pb.h"

#include "libs/text/language.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/dates/periods.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/resources/registrations/registration_seats.h"

namespace clusterwire::catalogue {
namespace {

using v1::Registration;

std::string SummaryIn(text::Language language, const Registration& registration) {
  const bool german = language == text::Language::kGerman;
  const bool one = registration.seats() == 1;
  const std::string seats = absl::StrCat(
      registration.seats(), german ? (one ? " Platz" : " Plätze") : (one ? " seat" : " seats"));
  const type::v1::Calendar& calendar = registration.calendar();
  const std::string when = SummaryDate(language, calendar.start().substr(0, 10));
  switch (registration.state()) {
    case Registration::STATE_REGISTERED:
      return Joined(
          {absl::StrCat(seats, german ? " bestätigt" : " confirmed"), when, calendar.place()},
          ", ");
    case Registration::STATE_WAITING:
      return Joined({absl::StrCat(seats, german ? " gewünscht, auf der Warteliste"
                                                : " wanted, on the waiting list"),
                     when},
                    ", ");
    default:
      return Joined({absl::StrCat(seats, german ? " zurückgegeben" : " given back"), when}, ", ");
  }
}

facts::Facts Own(const Registration& registration, const CodeBook&) {
  facts::Facts facts = Described("registration", registration);
  const std::string event(store::ParentOf(registration.name()));
  const type::v1::Calendar& calendar = registration.calendar();
  facts.set_title(absl::StrCat("Registration: ", registration.event_title()));
  facts.set_summary(SummaryIn(text::Language::kEnglish, registration));
  facts.set_summary_de(SummaryIn(text::Language::kGerman, registration));
  facts.set_link(calendar.link());
  if (!calendar.start().empty()) {
    facts.mutable_period()->set_start(calendar.start().substr(0, 10));
    facts.mutable_period()->set_end(
        (calendar.end().empty() ? calendar.start() : calendar.end()).substr(0, 10));
  }
  facts.set_parent(event);
  *facts.mutable_calendar() = calendar;
  if (!registration.cluster().empty()) {
    AddSorted({registration.cluster()}, facts.mutable_clusters());
  }
  RestrictTo({event, registration.owner(), registration.registrant()}, &facts);
  return facts;
}

std::vector<std::string> Links(const Registration& registration) {
  if (registration.cluster().empty()) return {};
  return {registration.cluster()};
}

}  // namespace

CatalogueType RegistrationType() {
  return {.type = facts::MakeType<Registration, CodeBook>(
              "registration", "events/{event}/registrations/{registration}",
              {.own = &Own, .links = &Links, .own_audience = true}),
          .follow = &FollowIntoRegistrations,
          .rows = SeatRows()};
}

}  // namespace clusterwire::catalogue
