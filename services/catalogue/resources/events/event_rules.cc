#include "services/catalogue/resources/events/event_rules.h"

#include "clusterwire/catalogue/v1/programme.pb.h"

#include "libs/base/time/date.h"
#include "libs/text/text.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/owner.h"
#include "services/catalogue/common/fields/words.h"
#include "services/catalogue/resources/events/event_calendar.h"
#include "services/catalogue/resources/people/contacts.h"

namespace clusterwire::catalogue {
namespace {

// Parents above an event that are looked at before it counts as a circle.
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
      errors.Add("event.parent", absl::StrCat("'", event.parent(), "' is itself a part of this"));
      return;
    }
    if (!context.reader.Load(above, &parent).ok() || store::IsDeleted(parent)) return;
    above = parent.parent();
  }
}

// What the public sees names nothing that it doesn't.
absl::Status CheckPublic(const v1::CalendarEvent& event, const Context& context,
                         FieldErrors& errors) {
  std::vector<std::pair<std::string, std::string>> named = {{"owner", event.owner()},
                                                            {"parent", event.parent()}};
  for (int i = 0; i < event.programmes_size(); ++i) {
    named.emplace_back(absl::StrCat("programmes[", i, "]"), event.programmes(i));
  }
  for (const auto& [field, name] : named) {
    if (name.empty()) continue;
    const auto facts = facts::Get(context.reader, name);
    if (absl::IsNotFound(facts.status())) continue;
    RETURN_IF_ERROR(facts.status());
    if (!*facts || !(*facts)->has_audience() || !MaySee(context.viewer, *facts)) continue;
    errors.Add("event.state", absl::StrCat("can't be STATE_PUBLISHED while its ", field, " '", name,
                                           "' is a draft: publish that first"));
  }
  return absl::OkStatus();
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
  CheckAtLeast("event.edition", event.has_edition(), event.edition(), 1, errors);
  CheckAtLeast("event.attendance", event.has_attendance(), event.attendance(), 0, errors);
  CheckLanguages("event.languages", event.languages(), errors);
  CheckCodes("event.sectors", event.sectors(), v1::Taxonomy::SUBJECT_SECTOR, context.book, errors);
  CheckCodes("event.regions", event.regions(), v1::Taxonomy::SUBJECT_REGION, context.book, errors);
  CheckTexts("event.programmes", event.programmes(), 20, 100, errors);
  for (int i = 0; i < event.programmes_size(); ++i) {
    const std::string path = PathTo("event", "programmes", i);
    v1::Programme programme;
    if (!CheckReference(path, "programmes/{programme}", event.programmes(i), errors)) continue;
    if (!IsThereFor(context.viewer, context.reader, event.programmes(i), &programme)) {
      errors.Add(path, absl::StrCat("'", event.programmes(i), "' does not exist"));
    }
  }
  CheckUri("event.link", event.link(), errors);
  CheckContacts("event", before == nullptr ? nullptr : &before->contacts(), event.contacts(),
                context, errors);
  CheckOrigin("event", event.sources(), event.external_ids(), errors);
  return absl::OkStatus();
}

// People who have it in their calendar need to know.
std::string_view KindOfUpdate(const v1::CalendarEvent& before, const v1::CalendarEvent& next) {
  return change::KindText(IsMove(before, next) ? change::v1::CHANGE_KIND_EVENT_MOVED
                                               : change::v1::CHANGE_KIND_EVENT_UPDATED);
}

// In a write, `event` is stored as it was before, or not at all.
void Settle(const Context& context, v1::CalendarEvent* event) {
  DraftUnlessSaid(context, event);
  const auto before = context.reader.Get<v1::CalendarEvent>(event->name());
  CountUp(before.ok() ? &*before : nullptr, context.now, event);
}

void Note(const v1::CalendarEvent* before, const v1::CalendarEvent& event, const Context&,
          Notes& notes) {
  NoteDraft(before, event, "PublishEvent", notes);
}

}  // namespace

Rules<v1::CalendarEvent> EventRules() {
  return {.type = "event",
          .collection = "events",
          .output_only = {"edited_fields", "cancellation", "uid", "sequence"},
          .create_only = {"state"},
          .suggest_id = [](const v1::CalendarEvent& event) { return text::Slug(event.title()); },
          .check = &Check,
          .settle = &Settle,
          .note = &Note,
          .kind_of_update = &KindOfUpdate};
}

}  // namespace clusterwire::catalogue
