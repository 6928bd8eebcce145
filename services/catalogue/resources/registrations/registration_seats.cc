#include "services/catalogue/resources/registrations/registration_seats.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "libs/change/record.h"
#include "libs/resource/page.h"
#include "services/catalogue/resources/events/event_calendar.h"
#include "services/catalogue/resources/events/event_index.h"
#include "services/catalogue/resources/events/event_registration.h"
#include "services/catalogue/resources/registrations/registration_moves.h"

namespace clusterwire::catalogue {
namespace {

using google::protobuf::util::MessageDifferencer;
using v1::Registration;
using Event = v1::CalendarEvent;

constexpr char kKept[] = "event_seats.kept";  // what the log says of a row of these
constexpr int kMostAtOnce = 300;              // registrations that one write brings along
constexpr int kMostCancelled = 100;           // of a deleted cluster, with who gets their seats
constexpr int kMostOfCluster = 1000;          // registrations of one cluster that are looked at

std::string EventOf(const Registration& registration) {
  return std::string(store::ParentOf(registration.name()));
}

std::string SeatsRoot(std::string_view event) {
  return absl::StrCat("eventSeats/", ToAbsl(event.substr(event.find('/') + 1)));
}

std::string RegistrantRow(const Registration& registration) {
  const std::string& who =
      registration.contacts().empty() ? registration.cluster() : registration.contacts(0).person();
  return absl::StrCat(SeatsRoot(EventOf(registration)), "/registrants/",
                      absl::BytesToHexString(ToAbsl(Sha256(who)).substr(0, 14)));
}

std::string WaitingRow(const Registration& registration) {
  return absl::StrCat(SeatsRoot(EventOf(registration)), "/waiting/",
                      absl::Dec(registration.waiting_number(), absl::kZeroPad12));
}

bool Waits(const Registration* registration) {
  return registration != nullptr && registration->state() == Registration::STATE_WAITING;
}

int SeatsHeld(const Registration* registration) {
  return registration != nullptr && registration->state() == Registration::STATE_REGISTERED
             ? registration->seats()
             : 0;
}

std::string_view KindOf(std::string_view method) {
  return change::KindText(RegistrationMoves().Of(method).kind);
}

// Its place in the waiting list, as long as it waits.
absl::Status KeepWaiting(store::Writer& writer, const Registration* before,
                         const Registration& next) {
  if (Waits(before) == Waits(&next)) return absl::OkStatus();
  if (Waits(before)) return writer.Purge(WaitingRow(*before), kKept);
  v1::EventWaiting row;
  row.set_name(WaitingRow(next));
  row.set_registration(next.name());
  return writer.Put(row, kKept);
}

// Another of the same cluster to the same event that isn't cancelled: two entries that became one
// had one each. Empty where there is none.
absl::StatusOr<std::string> OtherOfSame(const store::Reader& reader, const Registration& ended) {
  if (!ended.contacts().empty() || ended.cluster().empty()) return "";
  ASSIGN_OR_RETURN(const auto found, reader.About(ended.cluster(), "registration", kMostOfCluster));
  for (const store::Scanned& one : found) {
    const auto& other = static_cast<const Registration&>(*one.resource);
    if (other.name() != ended.name() && EventOf(other) == EventOf(ended) && ComesAsCluster(other)) {
      return other.name();
    }
  }
  return "";
}

// That it is this registrant's, as long as it isn't cancelled.
absl::Status KeepRegistrant(store::Writer& writer, const Registration* before,
                            const Registration& next) {
  const bool ends = next.state() == Registration::STATE_CANCELLED;
  if (before != nullptr && !ends) return absl::OkStatus();
  // By what it was when it was made: a person in it may have been erased since.
  if (before != nullptr && next.contacts().empty() && next.cluster().empty()) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(v1::EventRegistrant row, RegistrantOf(writer, next));
  if (ends && row.registration() != next.name()) return absl::OkStatus();
  row.set_registration(next.name());
  if (ends) {
    ASSIGN_OR_RETURN(*row.mutable_registration(), OtherOfSame(writer, next));
  }
  if (before == nullptr) row.set_registrations(row.registrations() + 1);
  return writer.Put(row, kKept);
}

absl::Status Count(store::Writer& writer, const Registration* before, const Registration& next) {
  ASSIGN_OR_RETURN(v1::EventSeats seats, SeatsOf(writer, EventOf(next)));
  const v1::EventSeats was = seats;
  seats.set_taken(seats.taken() + SeatsHeld(&next) - SeatsHeld(before));
  seats.set_waiting(seats.waiting() + Waits(&next) - Waits(before));
  seats.set_waiting_seats(seats.waiting_seats() + (Waits(&next) ? next.seats() : 0) -
                          (Waits(before) ? before->seats() : 0));
  if (before == nullptr) seats.set_registrations(seats.registrations() + 1);
  if (Waits(&next)) {
    seats.set_last_number(std::max(seats.last_number(), next.waiting_number()));
  }
  RETURN_IF_ERROR(KeepWaiting(writer, before, next));
  RETURN_IF_ERROR(KeepRegistrant(writer, before, next));
  if (MessageDifferencer::Equals(was, seats)) return absl::OkStatus();
  return writer.Put(seats, kKept);
}

// The first who waits; none when there is none.
absl::StatusOr<std::optional<Registration>> FirstWaiting(const store::Reader& reader,
                                                         const std::string& event) {
  ASSIGN_OR_RETURN(const auto rows,
                   reader.Scan({.type = "event_waiting", .parent = SeatsRoot(event), .limit = 1}));
  if (rows.empty()) return std::nullopt;
  const auto& row = static_cast<const v1::EventWaiting&>(*rows.front().resource);
  ASSIGN_OR_RETURN(Registration first, reader.Get<Registration>(row.registration()));
  return first;
}

bool HasRoom(const Event& event, const v1::EventSeats& seats, int wanted) {
  const v1::EventSeatsTaken taken = SeatsTaken(event, seats);
  return !taken.has_free() || wanted <= taken.free();
}

// Brings the registrations of an event up to its days; of many the rest follows in later writes.
absl::Status BringAll(store::Writer& writer, const Event& event) {
  int brought = 0;
  absl::Status status;
  RETURN_IF_ERROR(resource::ForEach(
      writer, {.type = "registration", .parent = event.name()}, [&](const store::Scanned& one) {
        const auto& before = static_cast<const Registration&>(*one.resource);
        if (before.state() == Registration::STATE_CANCELLED) return true;
        Registration next = before;
        TakeOver(event, &next);
        if (MessageDifferencer::Equals(before, next)) return true;
        if (++brought > kMostAtOnce) {
          writer.DeriveLater(next.name(), event.name(), store::Writer::Later::kAsThisWrite);
          return true;
        }
        status =
            writer.Put(next, change::KindText(change::v1::CHANGE_KIND_REGISTRATION_EVENT_CHANGED),
                       event.name());
        return status.ok();
      }));
  return status;
}

absl::Status FollowEvent(store::Writer& writer, const Event& before, const Event& event) {
  if (store::IsDeleted(event)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const v1::EventSeats seats, SeatsOf(writer, event.name()));
  if (seats.registrations() == 0) return absl::OkStatus();
  if (!MessageDifferencer::Equals(CalendarOf(before, before.link()),
                                  CalendarOf(event, event.link()))) {
    RETURN_IF_ERROR(BringAll(writer, event));
  }
  return GiveFreeSeats(writer, event.name(), event.name());
}

// Its cluster became a part of another one, which has registered by it from now on.
absl::Status FollowMerge(store::Writer& writer, const Registration& before,
                         const Registration& next) {
  if (before.cluster() == next.cluster() || !next.contacts().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(v1::EventRegistrant left, RegistrantOf(writer, before));
  ASSIGN_OR_RETURN(v1::EventRegistrant kept, RegistrantOf(writer, next));
  kept.set_registrations(kept.registrations() + 1);
  if (left.registration() == next.name()) {
    left.clear_registration();
    if (kept.registration().empty()) kept.set_registration(next.name());
    RETURN_IF_ERROR(writer.Put(left, kKept));
  }
  return writer.Put(kept, kKept);
}

// Cancels one of a cluster that is deleted, and gives its seats to others.
absl::Status CancelFor(store::Writer& writer, const std::string& cluster,
                       const Registration& before, const Event& event) {
  Registration next = before;
  AddStep("CancelRegistration", writer.now(), "", "", &next);
  TakeOver(event, &next);
  RETURN_IF_ERROR(writer.Put(next, KindOf("CancelRegistration"), cluster));
  return CountSeats(writer, &before, next);
}

// Nobody comes for a cluster that is deleted. Of very many the rest follows in later writes.
absl::Status FollowDeletion(store::Writer& writer, const v1::Cluster& cluster) {
  ASSIGN_OR_RETURN(const auto found, writer.About(cluster.name(), "registration", kMostOfCluster));
  int cancelled = 0;
  for (const store::Scanned& one : found) {
    // As it is now: one before it may have given it a seat.
    ASSIGN_OR_RETURN(const Registration before,
                     writer.Get<Registration>(store::NameOf(*one.resource)));
    if (before.state() == Registration::STATE_CANCELLED) continue;
    ASSIGN_OR_RETURN(const Event event, writer.Get<Event>(EventOf(before)));
    if (store::IsDeleted(event) || writer.now() >= EndOf(event)) continue;
    if (++cancelled > kMostCancelled) {
      writer.DeriveLater(before.name(), cluster.name(), store::Writer::Later::kAsThisWrite);
      continue;
    }
    RETURN_IF_ERROR(CancelFor(writer, cluster.name(), before, event));
  }
  return absl::OkStatus();
}

// One that was left to this write.
absl::Status FollowLeft(store::Writer& writer, const Registration& registration) {
  const auto event = writer.Get<Event>(EventOf(registration));
  if (!event.ok()) return absl::IsNotFound(event.status()) ? absl::OkStatus() : event.status();
  if (store::IsDeleted(*event) || registration.state() == Registration::STATE_CANCELLED) {
    return absl::OkStatus();
  }
  const auto cluster = writer.Get<v1::Cluster>(registration.cluster());
  if (cluster.ok() && store::IsDeleted(*cluster) && cluster->moved_to().empty() &&
      writer.now() < EndOf(*event)) {
    return CancelFor(writer, cluster->name(), registration, *event);
  }
  Registration next = registration;
  TakeOver(*event, &next);
  if (!MessageDifferencer::Equals(registration, next)) {
    RETURN_IF_ERROR(writer.Put(
        next, change::KindText(change::v1::CHANGE_KIND_REGISTRATION_EVENT_CHANGED), event->name()));
  }
  return Waits(&next) ? GiveFreeSeats(writer, event->name(), event->name()) : absl::OkStatus();
}

}  // namespace

std::vector<facts::Type> SeatRows() {
  return {RowsOf<v1::EventRegistrant>("event_registrant",
                                      "eventSeats/{event}/registrants/{registrant}"),
          RowsOf<v1::EventWaiting>("event_waiting", "eventSeats/{event}/waiting/{number}")};
}

absl::StatusOr<v1::EventRegistrant> RegistrantOf(const store::Reader& reader,
                                                 const Registration& registration) {
  v1::EventRegistrant row;
  const absl::Status found = reader.Load(RegistrantRow(registration), &row);
  if (!found.ok() && !absl::IsNotFound(found)) return found;
  row.set_name(RegistrantRow(registration));
  return row;
}

bool ComesAsCluster(const Registration& registration) {
  return registration.state() != Registration::STATE_CANCELLED && registration.contacts().empty();
}

void TakeOver(const Event& event, Registration* registration) {
  type::v1::Calendar calendar = CalendarOf(event, event.link());
  if (registration->state() != Registration::STATE_REGISTERED) {
    calendar.set_status(type::v1::Calendar::STATUS_CANCELLED);
  }
  if (MessageDifferencer::Equals(calendar, registration->calendar())) return;
  *registration->mutable_calendar() = std::move(calendar);
  registration->set_event_title(event.title());
}

void AddStep(std::string_view method, absl::Time now, const std::string& note,
             const std::string& actor, Registration* registration) {
  registration->set_state(static_cast<Registration::State>(RegistrationMoves().Of(method).to));
  if (registration->state() != Registration::STATE_WAITING) registration->clear_waiting_number();
  v1::RegistrationStep& step = *registration->add_steps();
  step.set_move(std::string(method));
  step.set_state(registration->state());
  *step.mutable_time() = ToTimestamp(now);
  step.set_seats(registration->seats());
  step.set_note(note);
  step.set_actor(actor);
}

absl::Status CountSeats(store::Writer& writer, const Registration* before,
                        const Registration& next) {
  RETURN_IF_ERROR(Count(writer, before, next));
  const bool frees = SeatsHeld(&next) < SeatsHeld(before) || (Waits(before) && !Waits(&next));
  // Whoever frees a seat is not named to who gets it.
  return frees ? GiveFreeSeats(writer, EventOf(next), EventOf(next)) : absl::OkStatus();
}

absl::Status GiveFreeSeats(store::Writer& writer, const std::string& event_name,
                           const std::string& cause) {
  ASSIGN_OR_RETURN(const Event event, writer.Get<Event>(event_name));
  if (event.state() != Event::STATE_PUBLISHED || !RegistersHere(event) ||
      writer.now() >= EndOf(event)) {
    return absl::OkStatus();
  }
  for (int given = 0;; ++given) {
    ASSIGN_OR_RETURN(const v1::EventSeats seats, SeatsOf(writer, event_name));
    if (seats.waiting() == 0) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::optional<Registration> first, FirstWaiting(writer, event_name));
    if (!first || !HasRoom(event, seats, first->seats())) return absl::OkStatus();
    if (given == kMostAtOnce) {
      writer.DeriveLater(first->name(), event_name, store::Writer::Later::kAsThisWrite);
      return absl::OkStatus();
    }
    Registration next = *first;
    AddStep("PromoteRegistration", writer.now(), "", "", &next);
    TakeOver(event, &next);
    RETURN_IF_ERROR(writer.Put(next, KindOf("PromoteRegistration"), cause));
    RETURN_IF_ERROR(Count(writer, &*first, next));
  }
}

absl::Status FollowIntoRegistrations(store::Writer& writer, const store::Message* before,
                                     const store::Message* after) {
  if (after == nullptr || before == nullptr) return absl::OkStatus();
  if (const auto* event = dynamic_cast<const Event*>(after); event != nullptr && before != after) {
    return FollowEvent(writer, dynamic_cast<const Event&>(*before), *event);
  }
  if (const auto* cluster = dynamic_cast<const v1::Cluster*>(after); cluster != nullptr) {
    const bool gone = store::IsDeleted(*after) && !store::IsDeleted(*before);
    return gone && cluster->moved_to().empty() ? FollowDeletion(writer, *cluster)
                                               : absl::OkStatus();
  }
  const auto* registration = dynamic_cast<const Registration*>(after);
  if (registration == nullptr) return absl::OkStatus();
  if (before != after) {
    return FollowMerge(writer, dynamic_cast<const Registration&>(*before), *registration);
  }
  return FollowLeft(writer, *registration);
}

}  // namespace clusterwire::catalogue
