#include "services/catalogue/resources/registrations/registration_checks.h"

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "services/catalogue/common/access/party.h"
#include "services/catalogue/resources/events/event_calendar.h"
#include "services/catalogue/resources/events/event_index.h"
#include "services/catalogue/resources/events/event_registration.h"
#include "services/catalogue/resources/programmes/eligibility.h"
#include "services/catalogue/resources/registrations/registration_moves.h"

namespace clusterwire::catalogue {
namespace {

using Event = v1::CalendarEvent;

constexpr int kMostWaiting = 1000;

absl::Status Refused(std::string_view reason, const Event& event, std::string_view why) {
  return Error(absl::StatusCode::kFailedPrecondition, reason,
               absl::StrCat(event.name(), " ", ToAbsl(why)), {{"resource", event.name()}});
}

}  // namespace

absl::Status CheckNotOver(const Event& event, absl::Time now) {
  if (now < EndOf(event)) return absl::OkStatus();
  return Refused("EVENT_OVER", event, absl::StrCat("was over on ", event.period().end()));
}

absl::Status CheckTakesRegistrations(const Event& event, absl::Time now) {
  if (event.state() == Event::STATE_DRAFT) {
    return Refused("EVENT_DRAFT", event,
                   "is a draft: PublishEvent announces it, and then one can register");
  }
  if (event.state() == Event::STATE_CANCELLED) {
    return Refused("EVENT_CANCELLED", event,
                   absl::StrCat("is cancelled: ", event.cancellation().reason()));
  }
  RETURN_IF_ERROR(CheckNotOver(event, now));
  if (!RegistersHere(event)) {
    const std::string& link = event.registration().link();
    return Refused("NO_REGISTRATION", event,
                   link.empty()
                       ? "takes no registrations here: its organiser sets `registration` for that"
                       : absl::StrCat("takes registrations at ", link));
  }
  switch (RegistrationStateAt(event, now)) {
    case Event::REGISTRATION_STATE_AHEAD:
      return Refused("NOT_OPEN_YET", event,
                     absl::StrCat("takes registrations from ", event.registration().opens()));
    case Event::REGISTRATION_STATE_CLOSED:
      return Refused("REGISTRATION_CLOSED", event,
                     event.registration_closes().empty()
                         ? "has begun, and takes no registrations any more"
                         : absl::StrCat("took registrations until ", event.registration_closes()));
    default:
      return absl::OkStatus();
  }
}

absl::Status CheckEligible(const Context& context, const Event& event,
                           const std::string& registrant) {
  if (!event.registration().has_filter()) return absl::OkStatus();
  const std::string& words = event.registration().eligibility();
  const std::string asked = words.empty() ? "" : absl::StrCat(" Who may come: ", words);
  if (!registrant.starts_with("clusters/")) {
    return Refused("NOT_ELIGIBLE", event,
                   absl::StrCat("is for clusters that meet its conditions: name the cluster that ",
                                "the person comes for.", asked));
  }
  ASSIGN_OR_RETURN(const v1::Verdict verdict, VerdictOf(context.reader, context.book,
                                                        event.registration().filter(), registrant));
  if (verdict.outcome() == v1::Verdict::OUTCOME_MET) return absl::OkStatus();
  const std::string remedy = verdict.remedy().empty() ? "" : absl::StrCat("; ", verdict.remedy());
  return Refused(
      "NOT_ELIGIBLE", event,
      absl::StrCat("is not for ", registrant, ": ", verdict.reason(), remedy, ".", asked));
}

absl::Status CheckFree(const Event& event, const v1::EventSeats& seats, int wanted,
                       bool past_who_waits) {
  const v1::EventSeatsTaken taken = SeatsTaken(event, seats);
  if (!taken.has_free()) return absl::OkStatus();
  const bool others_first = seats.waiting() > 0 && !past_who_waits;
  if (wanted <= taken.free() && !others_first) return absl::OkStatus();
  const std::string_view way =
      event.registration().waiting_list() ? "; JoinWaitingList waits for some" : "";
  return Refused(
      "EVENT_FULL", event,
      others_first
          ? absl::StrCat("has ", taken.free(), " free seats, and others wait for them", ToAbsl(way))
          : absl::StrCat("has ", taken.free(), " free seats of ", event.registration().capacity(),
                         ", and ", wanted, " are asked for", ToAbsl(way)));
}

absl::Status CheckMayWait(const Event& event, const v1::EventSeats& seats, int wanted) {
  if (!event.registration().waiting_list()) {
    return Refused("NO_WAITING_LIST", event, "has no waiting list");
  }
  if (CheckFree(event, seats, wanted, false).ok()) {
    return Refused("SEATS_FREE", event, "has enough free seats: CreateRegistration takes them");
  }
  if (wanted > event.registration().capacity()) {
    return FieldError("seats", absl::StrCat(wanted, " are more than the ",
                                            event.registration().capacity(), " that there are"));
  }
  if (seats.waiting() < kMostWaiting) return absl::OkStatus();
  return Refused("TOO_MANY_WAITING", event,
                 absl::StrCat("has ", seats.waiting(), " who wait, the most there may be"));
}

absl::Status CheckSide(const filter::Viewer& viewer, std::string_view method,
                       const v1::Registration& registration) {
  const Party party = RegistrationMoves().Of(method).party;
  const bool organiser =
      party != Party::kCluster && CheckMayWrite(viewer, registration.name(), &registration).ok();
  const bool registrant = party != Party::kOffice && IsTeam(viewer, registration.registrant());
  if (organiser || registrant) return absl::OkStatus();
  const std::string whose =
      party == Party::kOffice
          ? "the organiser's, who has an editor's grant on the event or its owner"
      : party == Party::kCluster ? "the registrant's, who has an editor's grant on the cluster "
                                   "that comes, or on the owner "
                                   "of the person who does"
                                 : "the organiser's or the registrant's";
  return Error(absl::StatusCode::kPermissionDenied, "NOT_YOURS",
               absl::StrCat(ToAbsl(method), " is a move of ", whose),
               {{"resource", registration.name()}, {"party", std::string(WordsOf(party))}});
}

}  // namespace clusterwire::catalogue
