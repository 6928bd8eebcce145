#include "services/catalogue/resources/events/event_rules.h"

#include "google/protobuf/util/message_differencer.h"

#include "clusterwire/catalogue/v1/programme.pb.h"

#include "libs/base/time/date.h"
#include "libs/base/time/zone.h"
#include "libs/text/text.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/owner.h"
#include "services/catalogue/common/fields/words.h"
#include "services/catalogue/resources/people/contacts.h"

namespace clusterwire::catalogue {
namespace {

using google::protobuf::util::MessageDifferencer;

// Parents above an event that are looked at before it counts as a circle.
constexpr int kMaxDepth = 10;

// "09:00" and not "24:00".
bool IsTimeOfDay(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return false;
  for (const size_t i : {0u, 1u, 3u, 4u}) {
    if (text[i] < '0' || text[i] > '9') return false;
  }
  return text.substr(0, 2) < "24" && text.substr(3) < "60";
}

void CheckTimes(const v1::CalendarEvent& event, FieldErrors& errors) {
  if (event.period().start().empty()) errors.Add("event.period.start", "is required");
  CheckPeriod("event.period", event.period(), errors);
  const bool starts = !event.start_time().empty();
  const bool ends = !event.end_time().empty();
  if (starts && !IsTimeOfDay(event.start_time())) {
    errors.Add("event.start_time", absl::StrCat("'", event.start_time(), "' must look like 09:00"));
  }
  if (ends && !IsTimeOfDay(event.end_time())) {
    errors.Add("event.end_time", absl::StrCat("'", event.end_time(), "' must look like 17:30"));
  }
  const bool one_day =
      event.period().end().empty() || event.period().end() == event.period().start();
  if (starts && ends && one_day && event.end_time() < event.start_time()) {
    errors.Add("event.end_time", absl::StrCat("'", event.end_time(), "' is before the start_time '",
                                              event.start_time(), "' of the same day"));
  }
  if ((starts || ends) && event.time_zone().empty()) {
    errors.Add("event.time_zone", "is required with a time of day; write Europe/Brussels");
  } else if (!event.time_zone().empty() && !IsTimeZone(event.time_zone())) {
    errors.Add("event.time_zone",
               absl::StrCat("'", event.time_zone(), "' is no time zone; write Europe/Brussels"));
  }
  CheckDate("event.registration_closes", event.registration_closes(), errors);
  const auto closes = ParseDate(event.registration_closes());
  const auto period = ParsePeriod(event.period().start(), event.period().end());
  if (closes.ok() && period.ok() && *period && closes->first > (*period)->last) {
    errors.Add("event.registration_closes", "is after the event has ended");
  }
}

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

absl::Status Check(const v1::CalendarEvent* before, const v1::CalendarEvent& event,
                   const Context& context, FieldErrors& errors) {
  const std::string* owner_before = before == nullptr ? nullptr : &before->owner();
  CheckOwner("event.owner", owner_before, event.owner(), context, errors);
  if (event.state() == v1::CalendarEvent::STATE_PUBLISHED) {
    RETURN_IF_ERROR(CheckPublic(event, context, errors));
  }
  CheckEnum("event.state", event.state(), errors);
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
  const bool same = MessageDifferencer::Equals(before.period(), next.period()) &&
                    MessageDifferencer::Equals(before.place(), next.place()) &&
                    before.start_time() == next.start_time() &&
                    before.end_time() == next.end_time() &&
                    before.time_zone() == next.time_zone() && before.online() == next.online();
  return change::KindText(same ? change::v1::CHANGE_KIND_EVENT_UPDATED
                               : change::v1::CHANGE_KIND_EVENT_MOVED);
}

void Note(const v1::CalendarEvent* before, const v1::CalendarEvent& event, const Context&,
          Notes& notes) {
  NoteDraft(before, event, "PublishEvent", notes);
}

}  // namespace

Rules<v1::CalendarEvent> EventRules() {
  return {.type = "event",
          .collection = "events",
          .output_only = {"edited_fields"},
          .create_only = {"state"},
          .suggest_id = [](const v1::CalendarEvent& event) { return text::Slug(event.title()); },
          .check = &Check,
          .settle = &DraftUnlessSaid,
          .note = &Note,
          .kind_of_update = &KindOfUpdate};
}

}  // namespace clusterwire::catalogue
