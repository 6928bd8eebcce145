#include "services/catalogue/resources/events/event_registration.h"

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/time/date.h"
#include "libs/base/time/zone.h"
#include "libs/change/record.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/dates/time_of_day.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/resources/events/event_calendar.h"
#include "services/catalogue/resources/events/event_index.h"
#include "services/catalogue/resources/programmes/criterion_rules.h"

namespace clusterwire::catalogue {
namespace {

using Event = v1::CalendarEvent;

constexpr int kMostSeats = 1'000'000;
constexpr int kUsualLeads[] = {7, 1};  // days, where the event says none

// What belongs to registration here alone.
void CheckNotHere(const v1::EventRegistration& registration, FieldErrors& errors) {
  const std::pair<const char*, bool> fields[] = {
      {"capacity", registration.has_capacity()},
      {"waiting_list", registration.waiting_list()},
      {"filter", registration.has_filter()},
      {"show_seats", registration.show_seats()},
  };
  for (const auto& [field, set] : fields) {
    if (!set) continue;
    errors.Add(PathTo("event.registration", field),
               "is for registration here; with a link one registers there: leave one of them out");
  }
}

void CheckWindow(const Event& event, FieldErrors& errors) {
  const std::string& opens = event.registration().opens();
  CheckDate("event.registration.opens", opens, errors);
  const auto from = RegistrationOpens(event);
  const auto until = RegistrationCloses(event);
  if (!from || !until || *from < *until) return;
  errors.Add("event.registration.opens",
             event.registration_closes().empty()
                 ? absl::StrCat("'", opens, "' is not before the event begins")
                 : absl::StrCat("'", opens, "' is after registration_closes, '",
                                event.registration_closes(), "'"));
}

std::string_view KindOfStep(Event::RegistrationState state) {
  return change::KindText(state == Event::REGISTRATION_STATE_CLOSED
                              ? change::v1::CHANGE_KIND_EVENT_REGISTRATION_CLOSED
                              : change::v1::CHANGE_KIND_EVENT_REGISTRATION_OPENED);
}

}  // namespace

void CheckRegistration(const Event& event, const Context& context, FieldErrors& errors) {
  if (!event.has_registration()) return;
  const v1::EventRegistration& registration = event.registration();
  CheckUri("event.registration.link", registration.link(), errors);
  CheckWindow(event, errors);
  resource::CheckText(errors, "event.registration.eligibility", registration.eligibility(), 0,
                      2000);
  CheckReminderDays("event.registration.reminder_days", registration.reminder_days(), errors);
  if (!registration.link().empty()) return CheckNotHere(registration, errors);
  if (registration.has_capacity() &&
      (registration.capacity() < 1 || registration.capacity() > kMostSeats)) {
    errors.Add("event.registration.capacity",
               absl::StrCat(registration.capacity(), " must be from 1 to ", kMostSeats,
                            "; leave it out where there are as many as are asked for"));
  }
  if (registration.waiting_list() && !registration.has_capacity()) {
    errors.Add("event.registration.waiting_list",
               "needs a capacity: without one nobody has to wait");
  }
  if (registration.has_filter()) {
    CheckClusterFilter("event.registration.filter", registration.filter(),
                       event.state() == Event::STATE_PUBLISHED, context, errors);
  }
}

absl::Status CheckCapacity(const Event& event, const Context& context, FieldErrors& errors) {
  if (!event.registration().has_capacity()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const v1::EventSeats seats, SeatsOf(context.reader, event.name()));
  if (seats.taken() <= event.registration().capacity()) return absl::OkStatus();
  errors.Add("event.registration.capacity",
             absl::StrCat(event.registration().capacity(), " is less than the ", seats.taken(),
                          " seats that are taken: CancelRegistration frees some first"));
  return absl::OkStatus();
}

bool RegistersHere(const Event& event) {
  return event.has_registration() && event.registration().link().empty();
}

std::optional<absl::Time> RegistrationOpens(const Event& event) {
  const auto opens = ParseDate(event.registration().opens());
  if (!opens.ok()) return std::nullopt;
  return StartOf(*opens, event.time_zone());
}

std::optional<absl::Time> RegistrationCloses(const Event& event) {
  if (const auto closes = ParseDate(event.registration_closes()); closes.ok()) {
    return EndOf(*closes, event.time_zone());
  }
  const auto begins = ParseDate(event.period().start());
  if (!event.has_registration() || !begins.ok()) return std::nullopt;
  // Of a month, when it is over: on which of its days it begins isn't known.
  if (begins->first != begins->last) return EndOf(*begins, event.time_zone());
  if (!IsTimeOfDay(event.start_time())) return StartOf(*begins, event.time_zone());
  return MomentOf(absl::CivilSecond(At(begins->first, event.start_time())),
                  ZoneNamed(event.time_zone()));
}

Event::RegistrationState RegistrationStateAt(const Event& event, absl::Time at) {
  const auto opens = RegistrationOpens(event);
  const auto closes = RegistrationCloses(event);
  if (closes && at >= *closes) return Event::REGISTRATION_STATE_CLOSED;
  if (opens && at < *opens) return Event::REGISTRATION_STATE_AHEAD;
  if (!closes && !opens) return Event::REGISTRATION_STATE_UNSPECIFIED;
  return Event::REGISTRATION_STATE_OPEN;
}

std::string RegistrationText(text::Language language, const Event& event) {
  if (!event.has_registration() || event.state() == Event::STATE_CANCELLED) return "";
  const auto in = [&](std::string_view english, std::string_view german) {
    return std::string(text::In(language, english, german));
  };
  const auto date = [&](const std::string& text) {
    return language == text::Language::kGerman ? text::DateIn(language, text) : text;
  };
  const std::string& closes = event.registration_closes();
  const std::string until = closes.empty() ? "" : in(" until ", " bis ") + date(closes);
  switch (event.registration_state()) {
    case Event::REGISTRATION_STATE_AHEAD:
      return absl::StrCat(in("Registration from ", "Anmeldung von "),
                          date(event.registration().opens()), until, ".");
    case Event::REGISTRATION_STATE_OPEN:
      return absl::StrCat(in("Registration is open", "Die Anmeldung ist offen"), until, ".");
    case Event::REGISTRATION_STATE_CLOSED:
      return in("Registration is closed.", "Die Anmeldung ist geschlossen.");
    default:
      return "";
  }
}

std::vector<store::Timer> RegistrationTimers(const Event& event) {
  std::vector<store::Timer> timers;
  if (event.state() != Event::STATE_PUBLISHED) return timers;
  const auto opens = RegistrationOpens(event);
  const auto closes = RegistrationCloses(event);
  if (opens) timers.push_back({*opens, "registration opens"});
  if (closes) timers.push_back({*closes, "registration closes"});
  return timers;
}

std::vector<Deadline> RegistrationDeadlines(const store::Message& message, const CodeBook&) {
  const auto& event = static_cast<const Event&>(message);
  const auto closes = RegistrationCloses(event);
  if (event.state() != Event::STATE_PUBLISHED || !event.has_registration() || !closes) return {};
  const auto& given = event.registration().reminder_days();
  Deadline deadline = {.kind = change::KindText(change::v1::CHANGE_KIND_EVENT_REGISTRATION_CLOSING),
                       .day = DayOf(*closes - absl::Seconds(1), event.time_zone()),
                       .zone = event.time_zone(),
                       .leads = {given.begin(), given.end()},
                       .from = RegistrationOpens(event).value_or(absl::InfinitePast())};
  if (given.empty()) deadline.leads.assign(std::begin(kUsualLeads), std::end(kUsualLeads));
  return {deadline};
}

absl::Status StepRegistration(store::Writer& writer, const std::string& name, absl::Time due) {
  ASSIGN_OR_RETURN(Event event, writer.Get<Event>(name));
  const auto state = RegistrationStateAt(event, due);
  // States are numbered in the order of time: a moment that was fired already turns nothing back.
  if (store::IsDeleted(event) || state <= event.registration_state()) return absl::OkStatus();
  event.set_registration_state(state);
  return writer.Put(event, KindOfStep(state));
}

}  // namespace clusterwire::catalogue
