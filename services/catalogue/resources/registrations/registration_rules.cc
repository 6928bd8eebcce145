#include "services/catalogue/resources/registrations/registration_rules.h"

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"
#include "clusterwire/catalogue/v1/person.pb.h"

#include "libs/base/random.h"
#include "libs/base/status/error.h"
#include "services/catalogue/common/access/party.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/references.h"
#include "services/catalogue/resources/events/event_index.h"
#include "services/catalogue/resources/people/person_rules.h"
#include "services/catalogue/resources/registrations/registration_checks.h"
#include "services/catalogue/resources/registrations/registration_moves.h"
#include "services/catalogue/resources/registrations/registration_seats.h"

namespace clusterwire::catalogue {
namespace {

using v1::Registration;
using Event = v1::CalendarEvent;

constexpr size_t kMostNote = 1000;
constexpr int kMostSteps = 49;  // and one that ends it
// What lies under an event is hidden with it in one write, which reaches 10,000.
constexpr int kMostOfEvent = 9000;
constexpr int kMostOfRegistrant = 20;

// One that is being made has no registrant yet: Complete() asks whose it is to make.
bool IsMovedBy(const filter::Viewer& viewer, const Registration& registration) {
  return !registration.has_create_time() || IsTeam(viewer, registration.registrant());
}

std::string_view KindOfLast(const Registration& registration) {
  return change::KindText(RegistrationMoves().Of(registration.steps().rbegin()->move()).kind);
}

std::string_view KindOfMove(const Registration&, const Registration& next) {
  return KindOfLast(next);
}

absl::Status BringSeats(store::Writer& writer, const Registration* before, const Registration& next,
                        const Context&) {
  return CountSeats(writer, before, next);
}

absl::StatusOr<Event> EventOf(const Context& context, const Registration& registration) {
  return context.reader.Get<Event>(store::ParentOf(registration.name()));
}

void CheckSeats(int seats, FieldErrors& errors) {
  if (seats >= 1 && seats <= kMostSeatsAtOnce) return;
  errors.Add("seats", absl::StrCat(seats, " must be from 1 to ", kMostSeatsAtOnce));
}

// Who comes, as far as the request alone says it.
void CheckNamed(const std::string& cluster, const std::string& person, FieldErrors& errors) {
  if (cluster.empty() && person.empty()) {
    errors.Add("cluster", "is required, \"clusters/{cluster}\", unless a person is named");
  }
  if (!cluster.empty()) CheckReference("cluster", "clusters/{cluster}", cluster, errors);
  if (!person.empty()) CheckReference("person", "people/{person}", person, errors);
}

// Whether they are there for the caller; finds on whose behalf it is.
void FindRegistrant(const Context& context, const std::string& cluster, const std::string& person,
                    Registration* registration, FieldErrors& errors) {
  registration->set_registrant(cluster);
  v1::Cluster there;
  if (!cluster.empty() && !IsThereFor(context.viewer, context.reader, cluster, &there)) {
    errors.Add("cluster", NotThere(context.viewer, context.reader, cluster));
  }
  if (person.empty()) return;
  v1::Person known;
  if (!context.reader.Load(person, &known).ok() || !SeesPerson(context.viewer, known)) {
    errors.Add("person", absl::StrCat("'", person, "' does not exist"));
    return;
  }
  if (cluster.empty()) registration->set_registrant(known.owner());
}

absl::Status CheckNumbers(const Event& event, const v1::EventSeats& seats,
                          const v1::EventRegistrant& own) {
  if (!own.registration().empty()) {
    return Error(absl::StatusCode::kFailedPrecondition, "ALREADY_REGISTERED",
                 absl::StrCat("the same is registered for ", event.name(), " already, by ",
                              own.registration(),
                              ": ChangeSeats changes how many come, CancelRegistration ends it"),
                 {{"resource", own.registration()}});
  }
  const bool of_event = seats.registrations() >= kMostOfEvent;
  if (!of_event && own.registrations() < kMostOfRegistrant) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "TOO_MANY_REGISTRATIONS",
               of_event ? absl::StrCat(event.name(), " has ", seats.registrations(),
                                       " registrations, those cancelled counted, as many as ",
                                       "there may be: its organiser makes another event, or ",
                                       "takes registrations at a link")
                        : absl::StrCat("the same has registered for ", event.name(), " ",
                                       own.registrations(),
                                       " times already, as often as may be: ask its organiser"),
               {{"resource", event.name()}});
}

}  // namespace

Rules<Registration> RegistrationRules() {
  return {.type = "registration",
          .collection = "registrations",
          .parent = "events/{event}",
          .random_ids = &Random::System(),
          .kind_of_creation = &KindOfLast,
          .kind_of_update = &KindOfMove,
          .bring = &BringSeats,
          .moved_by = &IsMovedBy};
}

absl::Status Registrations::Complete(const WriteCall& call, const Ask& ask, const Context& context,
                                     Registration* registration) {
  FieldErrors errors;
  FindRegistrant(context, ask.cluster, ask.person, registration, errors);
  CheckSeats(ask.seats, errors);
  resource::CheckText(errors, "note", ask.note, 0, kMostNote);
  RETURN_IF_ERROR(errors.ToStatus());
  RETURN_IF_ERROR(CheckSide(context.viewer, ask.method, *registration));
  ASSIGN_OR_RETURN(const Event event, EventOf(context, *registration));
  registration->set_owner(event.owner());
  ASSIGN_OR_RETURN(const v1::EventSeats seats, SeatsOf(context.reader, event.name()));
  ASSIGN_OR_RETURN(const v1::EventRegistrant own, RegistrantOf(context.reader, *registration));
  RETURN_IF_ERROR(CheckTakesRegistrations(event, context.now));
  RETURN_IF_ERROR(CheckNumbers(event, seats, own));
  RETURN_IF_ERROR(CheckEligible(context, event, registration->registrant()));
  if (ask.method == "JoinWaitingList") {
    RETURN_IF_ERROR(CheckMayWait(event, seats, ask.seats));
    registration->set_waiting_number(seats.last_number() + 1);
  } else {
    RETURN_IF_ERROR(CheckFree(event, seats, ask.seats, /*past_who_waits=*/false));
  }
  AddStep(ask.method, context.now, ask.note, call.store.caller, registration);
  TakeOver(event, registration);
  return absl::OkStatus();
}

Registrations::Made Registrations::Begin(const WriteCall& call, const Ask& ask) {
  FieldErrors errors;
  CheckReference("parent", "events/{event}", ask.parent, errors);
  CheckNamed(ask.cluster, ask.person, errors);
  if (!errors.empty()) {
    CheckSeats(ask.seats, errors);
    resource::CheckText(errors, "note", ask.note, 0, kMostNote);
    return errors.ToStatus();
  }
  Registration registration;
  registration.set_cluster(ask.cluster);
  registration.set_seats(ask.seats);
  if (!ask.person.empty()) {
    type::v1::Contact& contact = *registration.add_contacts();
    contact.set_person(ask.person);
    contact.set_role(type::v1::PERSON_ROLE_REGISTRANT);
  }
  return Create(call, ask.parent, registration, "",
                [&](const Context& context, Registration* next) {
                  return Complete(call, ask, context, next);
                });
}

Registrations::Made Registrations::Register(const WriteCall& call,
                                            const v1::CreateRegistrationRequest& request) {
  return Begin(call, {"CreateRegistration", request.parent(), request.cluster(), request.person(),
                      request.seats() == 0 ? 1 : request.seats(), request.note()});
}

Registrations::Made Registrations::Join(const WriteCall& call,
                                        const v1::JoinWaitingListRequest& request) {
  return Begin(call, {"JoinWaitingList", request.parent(), request.cluster(), request.person(),
                      request.seats() == 0 ? 1 : request.seats(), request.note()});
}

Registrations::Made Registrations::Go(const WriteCall& call, const Step& step, const Work& work) {
  const auto change = [&](const Context& context, Registration* next) -> absl::Status {
    FieldErrors errors;
    resource::CheckText(errors, "note", step.note, 0, kMostNote);
    if (step.seats) CheckSeats(*step.seats, errors);
    if (next->name().empty()) return errors.ToStatus();  // its name is refused
    RETURN_IF_ERROR(CheckSide(context.viewer, step.method, *next));
    RETURN_IF_ERROR(RegistrationMoves().Check(step.method, next->name(), next->state()));
    if (next->steps_size() >= kMostSteps && step.method != "CancelRegistration") {
      return Error(absl::StatusCode::kFailedPrecondition, "TOO_MANY_STEPS",
                   absl::StrCat(next->name(), " has ", next->steps_size(),
                                " steps, as many as there may be: CancelRegistration ends it"),
                   {{"resource", next->name()}});
    }
    ASSIGN_OR_RETURN(const Event event, EventOf(context, *next));
    RETURN_IF_ERROR(CheckNotOver(event, context.now));
    if (work) RETURN_IF_ERROR(work(context, event, next, errors));
    RETURN_IF_ERROR(errors.ToStatus());
    AddStep(step.method, context.now, step.note, call.store.caller, next);
    TakeOver(event, next);
    return absl::OkStatus();
  };
  return Modify(call, step.name, step.etag, "", change);
}

Registrations::Made Registrations::ChangeSeats(const WriteCall& call,
                                               const v1::ChangeSeatsRequest& request) {
  return Go(call, {"ChangeSeats", request.name(), request.etag(), request.note(), request.seats()},
            [&](const Context& context, const Event& event, Registration* next,
                FieldErrors& errors) -> absl::Status {
              if (!errors.empty()) return absl::OkStatus();
              const int more = request.seats() - next->seats();
              next->set_seats(request.seats());
              if (more <= 0) return absl::OkStatus();
              RETURN_IF_ERROR(CheckTakesRegistrations(event, context.now));
              ASSIGN_OR_RETURN(const v1::EventSeats seats, SeatsOf(context.reader, event.name()));
              return CheckFree(event, seats, more, /*past_who_waits=*/false);
            });
}

Registrations::Made Registrations::Promote(const WriteCall& call,
                                           const v1::PromoteRegistrationRequest& request) {
  return Go(call, {"PromoteRegistration", request.name(), request.etag(), request.note()},
            [](const Context& context, const Event& event, Registration* next,
               FieldErrors&) -> absl::Status {
              ASSIGN_OR_RETURN(const v1::EventSeats seats, SeatsOf(context.reader, event.name()));
              return CheckFree(event, seats, next->seats(), /*past_who_waits=*/true);
            });
}

Registrations::Made Registrations::Cancel(const WriteCall& call,
                                          const v1::CancelRegistrationRequest& request) {
  return Go(call, {"CancelRegistration", request.name(), request.etag(), request.note()}, nullptr);
}

}  // namespace clusterwire::catalogue
