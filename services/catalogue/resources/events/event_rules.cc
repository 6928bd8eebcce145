#include "services/catalogue/resources/events/event_rules.h"

#include <algorithm>

#include "libs/base/status/error.h"
#include "libs/base/time/date.h"
#include "libs/text/text.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/owner.h"
#include "services/catalogue/common/fields/references.h"
#include "services/catalogue/common/fields/words.h"
#include "services/catalogue/resources/events/event_agenda.h"
#include "services/catalogue/resources/events/event_calendar.h"
#include "services/catalogue/resources/events/event_index.h"
#include "services/catalogue/resources/events/event_registration.h"
#include "services/catalogue/resources/people/contacts.h"

namespace clusterwire::catalogue {
namespace {

// So many events may lie above one.
constexpr int kMaxDepth = 10;

void CheckParent(const v1::CalendarEvent& event, const Context& context, FieldErrors& errors) {
  if (event.parent().empty()) return;
  if (!CheckReference("event.parent", "events/{event}", event.parent(), errors)) return;
  v1::CalendarEvent parent;
  if (event.parent() != event.name() &&
      !IsThereFor(context.viewer, context.reader, event.parent(), &parent)) {
    errors.Add("event.parent", absl::StrCat("'", event.parent(), "' does not exist"));
    return;
  }
  // Those above it, which the caller may not see, are not named.
  std::string above = event.parent();
  for (int depth = 0; !above.empty(); ++depth) {
    if (above == event.name() || depth == kMaxDepth) {
      errors.Add(
          "event.parent",
          absl::StrCat("'", event.parent(), "' ",
                       above == event.name() ? "is itself a part of this"
                                             : absl::StrCat("lies ", kMaxDepth, " deep already")));
      return;
    }
    if (!context.reader.Load(above, &parent).ok() || store::IsDeleted(parent)) return;
    above = parent.parent();
  }
}

// A side event lies about its conference: at most so many days before or after it.
constexpr int kMostDaysAside = 7;

// How many days lie between the part and the days of its parent; 0 where it lies within them, or
// that isn't known.
int64_t DaysOutside(const v1::CalendarEvent& part, const v1::CalendarEvent& parent) {
  const auto own = ParsePeriod(part.period().start(), part.period().end());
  const auto whole = ParsePeriod(parent.period().start(), parent.period().end());
  if (!own.ok() || !*own || !whole.ok() || !*whole) return 0;
  const absl::CivilDay ends = LastDayOf(part).value_or((*own)->last);
  const absl::CivilDay whole_ends = LastDayOf(parent).value_or((*whole)->last);
  return std::max<int64_t>({(*whole)->first - (*own)->first, ends - whole_ends, 0});
}

std::string PeriodText(const type::v1::Period& period) {
  return period.end().empty() || period.end() == period.start()
             ? period.start()
             : absl::StrCat(period.start(), " to ", period.end());
}

void CheckWithinParent(const v1::CalendarEvent& event, const Context& context,
                       FieldErrors& errors) {
  v1::CalendarEvent parent;
  if (event.kind() != v1::CalendarEvent::KIND_SIDE_EVENT || event.parent().empty() ||
      !context.reader.Load(event.parent(), &parent).ok()) {
    return;
  }
  if (DaysOutside(event, parent) <= kMostDaysAside) return;
  errors.Add("event.period",
             absl::StrCat("lies more than ", kMostDaysAside, " days outside of ", event.parent(),
                          ", which is on ", PeriodText(parent.period()),
                          ": a side event is beside it; else give another kind or no parent"));
}

absl::Status CheckPublic(const v1::CalendarEvent& event, const Context& context,
                         FieldErrors& errors) {
  std::vector<std::pair<std::string, std::string>> named = {{"owner", event.owner()},
                                                            {"parent", event.parent()}};
  AddNamed("programmes", event.programmes(), named);
  AddNamed("organisers", event.organisers(), named);
  for (int i = 0; i < event.agenda_size(); ++i) {
    for (const std::string& programme : event.agenda(i).programmes()) {
      named.emplace_back(absl::StrCat("agenda[", i, "].programmes"), programme);
    }
  }
  return CheckPublicNames("event.state", "STATE_PUBLISHED", named, context, errors);
}

// What doesn't take place has no other time or place.
void CheckCancelled(const v1::CalendarEvent* before, const v1::CalendarEvent& event,
                    FieldErrors& errors) {
  if (event.state() != v1::CalendarEvent::STATE_CANCELLED) return;
  if (before == nullptr) {
    errors.Add("event.state",
               "can't be STATE_CANCELLED from the start: create it, then CancelEvent");
  } else if (IsMove(*before, event)) {
    errors.Add("event", absl::StrCat("is cancelled, so its period, times, place and whether it is "
                                     "online stay as they are; ReinstateEvent first"));
  }
}

absl::Status Check(const v1::CalendarEvent* before, const v1::CalendarEvent& event,
                   const Context& context, FieldErrors& errors) {
  const std::string* owner_before = before == nullptr ? nullptr : &before->owner();
  CheckOwner("event.owner", owner_before, event.owner(), context, errors);
  if (event.state() == v1::CalendarEvent::STATE_PUBLISHED) {
    RETURN_IF_ERROR(CheckPublic(event, context, errors));
  }
  CheckEnum("event.state", event.state(), errors);
  CheckCancelled(before, event, errors);
  CheckTitle("event.title", event.title(), errors);
  if (WordOf(event.kind()).empty()) {
    errors.Add("event.kind", absl::StrCat("is required: ", WordsOf<v1::CalendarEvent::Kind>(),
                                          ", written KIND_…"));
  }
  resource::CheckText(errors, "event.summary", event.summary(), 0, 2000);
  CheckTimes(event, errors);
  CheckPlace("event.place", event.place(), context.book, errors);
  resource::CheckText(errors, "event.organiser", event.organiser(), 0, 300);
  CheckParent(event, context, errors);
  CheckWithinParent(event, context, errors);
  CheckAtLeast("event.edition", event.has_edition(), event.edition(), 1, errors);
  CheckAtLeast("event.attendance", event.has_attendance(), event.attendance(), 0, errors);
  CheckLanguages("event.languages", event.languages(), errors);
  CheckCodes("event.sectors", event.sectors(), v1::Taxonomy::SUBJECT_SECTOR, context.book, errors);
  CheckCodes("event.regions", event.regions(), v1::Taxonomy::SUBJECT_REGION, context.book, errors);
  CheckProgrammes("event.programmes", event.programmes(), context, errors);
  CheckUri("event.link", event.link(), errors);
  CheckContacts("event", before == nullptr ? nullptr : &before->contacts(), event.contacts(),
                context, errors);
  CheckOrigin("event", event.sources(), event.external_ids(), errors);
  CheckRegistration(event, context, errors);
  RETURN_IF_ERROR(CheckCapacity(event, context, errors));
  return CheckContents(before, event, context, errors);
}

// People who have it in their calendar need to know.
std::string_view KindOfUpdate(const v1::CalendarEvent& before, const v1::CalendarEvent& next) {
  using namespace change::v1;
  const bool told = !before.has_recap() && next.has_recap();
  return change::KindText(IsMove(before, next) ? CHANGE_KIND_EVENT_MOVED
                          : told               ? CHANGE_KIND_EVENT_RECAP_PUBLISHED
                                               : CHANGE_KIND_EVENT_UPDATED);
}

// In a write, `event` is stored as it was before, or not at all.
void Settle(const Context& context, v1::CalendarEvent* event) {
  DraftUnlessSaid(context, event);
  const auto before = context.reader.Get<v1::CalendarEvent>(event->name());
  CountUp(before.ok() ? &*before : nullptr, context.now, event);
  event->set_registration_state(RegistrationStateAt(*event, context.now));
}

void Note(const v1::CalendarEvent* before, const v1::CalendarEvent& event, const Context& context,
          Notes& notes) {
  NoteDraft(before, event, "PublishEvent", notes);
  v1::CalendarEvent parent;
  if (!event.parent().empty() && context.reader.Load(event.parent(), &parent).ok() &&
      DaysOutside(event, parent) > 0) {
    notes.push_back(
        absl::StrCat("period: outside the days of its parent, ", PeriodText(parent.period())));
  }
  const bool is_new = before == nullptr || !before->has_registration();
  if (is_new && RegistersHere(event) && event.registration_closes().empty()) {
    notes.push_back("registration_closes: not said, so registration closes when the event begins");
  }
}

// How many seats are taken is the organiser's to know, unless all may.
void ShowTo(const filter::Viewer& viewer, v1::CalendarEvent* event) {
  if (event->registration().show_seats()) return;
  if (!CheckMayWrite(viewer, event->name(), event).ok()) event->clear_seats();
}

// Those who registered are to be told that it doesn't take place.
absl::Status CheckNobodyComes(const v1::CalendarEvent& event, const Context& context) {
  if (event.state() != v1::CalendarEvent::STATE_PUBLISHED || EndOf(event) <= context.now) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const v1::EventSeats seats, SeatsOf(context.reader, event.name()));
  if (seats.taken() + seats.waiting() == 0) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "HAS_REGISTRATIONS",
               absl::StrCat(event.name(), " has registrations for ", seats.taken(), " seats and ",
                            seats.waiting(), " who wait: CancelEvent tells them, and then it can ",
                            "be deleted"),
               {{"resource", event.name()}});
}

// For readers: what is written is as it is stored.
absl::Status AddSeats(const store::Reader& reader, store::Message* row) {
  auto& event = static_cast<v1::CalendarEvent&>(*row);
  if (!RegistersHere(event) || dynamic_cast<const store::Writer*>(&reader) != nullptr) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const v1::EventSeats seats, SeatsOf(reader, event.name()));
  *event.mutable_seats() = SeatsTaken(event, seats);
  return absl::OkStatus();
}

}  // namespace

Rules<v1::CalendarEvent> EventRules() {
  return {.type = "event",
          .collection = "events",
          .output_only = {"edited_fields", "cancellation", "uid", "sequence", "registration_state",
                          "seats", "reminders"},
          .create_only = {"state"},
          .suggest_id = [](const v1::CalendarEvent& event) { return text::Slug(event.title()); },
          .check = &Check,
          .settle = &Settle,
          .note = &Note,
          .check_unused = &CheckNobodyComes,
          .kind_of_update = &KindOfUpdate,
          .show_to = &ShowTo};
}

absl::Status Events::LoadRow(const store::Reader& reader, const std::string& name,
                             store::Message* out) const {
  RETURN_IF_ERROR(Drafts::LoadRow(reader, name, out));
  return AddSeats(reader, out);
}

absl::StatusOr<std::vector<store::Scanned>> Events::ScanRows(
    const store::Reader& reader, const store::ScanOptions& options) const {
  ASSIGN_OR_RETURN(auto rows, Drafts::ScanRows(reader, options));
  for (const store::Scanned& row : rows) RETURN_IF_ERROR(AddSeats(reader, row.resource.get()));
  return rows;
}

}  // namespace clusterwire::catalogue
