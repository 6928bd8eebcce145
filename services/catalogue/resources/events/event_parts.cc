#include "services/catalogue/resources/events/event_parts.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/status/error.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/edited.h"
#include "services/catalogue/resources/events/event_calendar.h"
#include "services/catalogue/resources/events/event_index.h"
#include "services/catalogue/resources/events/event_rules.h"

namespace clusterwire::catalogue {
namespace {

constexpr size_t kMostParts = 200;
constexpr size_t kMostNamed = 5;  // in an error or a note

// "events/a, events/b and 3 more".
std::string Named(const std::vector<std::string>& names) {
  if (names.size() <= kMostNamed) return absl::StrJoin(names, ", ");
  return absl::StrCat(absl::StrJoin(names.begin(), names.begin() + kMostNamed, ", "), " and ",
                      names.size() - kMostNamed, " more");
}

std::vector<std::string> NamesOf(const std::vector<v1::CalendarEvent>& events) {
  std::vector<std::string> names;
  for (const v1::CalendarEvent& event : events) names.push_back(event.name());
  return names;
}

}  // namespace

absl::StatusOr<PartsOfEvent> PartsOf(const std::string& name, const Context& context,
                                     absl::FunctionRef<bool(const v1::CalendarEvent&)> wanted) {
  PartsOfEvent parts;
  size_t looked = 0;
  RETURN_IF_ERROR(ForEachPart(
      context.reader, name,
      [&](const std::string& one, const std::string& owner) -> absl::StatusOr<bool> {
        v1::CalendarEvent whose;
        whose.set_owner(owner);
        const bool own = CheckMayWrite(context.viewer, one, &whose).ok();
        // Anybody may hang events under one that all see: not each of them is read.
        if (!own && (parts.others.size() > kMostNamed || ++looked > kMostParts)) return true;
        ASSIGN_OR_RETURN(v1::CalendarEvent part, context.reader.Get<v1::CalendarEvent>(one));
        if (store::IsDeleted(part) || EndOf(part) <= context.now) return true;
        if (!wanted(part)) {
          const bool draft = own && part.state() == v1::CalendarEvent::STATE_DRAFT;
          if (draft && parts.drafts.size() <= kMostNamed) parts.drafts.push_back(one);
          return true;
        }
        if (own) {
          parts.own.push_back(std::move(part));
        } else if (CheckMaySee(context.reader, context.viewer, one).ok()) {
          parts.others.push_back(one);
        }
        return parts.own.size() <= kMostParts;
      }));
  if (parts.own.size() <= kMostParts) return parts;
  return Error(absl::StatusCode::kFailedPrecondition, "TOO_MANY_PARTS",
               absl::StrCat(name, " has more than ", kMostParts, " parts that aren't over: say ",
                            "EVENT_PARTS_KEEP and cancel or move them by themselves"),
               {{"resource", name}});
}

void CheckChoice(v1::EventParts choice, const PartsOfEvent& parts, FieldErrors& errors) {
  CheckEnum("parts", choice, errors);
  if (choice != v1::EVENT_PARTS_UNSPECIFIED || parts.own.empty()) return;
  errors.Add("parts", absl::StrCat("is required, since it has parts that aren't over (",
                                   Named(NamesOf(parts.own)),
                                   "): EVENT_PARTS_CASCADE does the same to them, "
                                   "EVENT_PARTS_KEEP leaves them as they are"));
}

void TellKept(const PartsOfEvent& parts, Notes& notes) {
  if (parts.own.empty()) return;
  notes.push_back(
      absl::StrCat("parts: ", Named(NamesOf(parts.own)), " stay on the days that they were on"));
}

absl::Status ChangeParts(store::Writer& writer, const Context& context, const PartsOfEvent& parts,
                         std::string_view kind, const std::string& cause, PartChange change,
                         Notes& notes) {
  static const Rules<v1::CalendarEvent> kRules = EventRules();
  for (const v1::CalendarEvent& before : parts.own) {
    v1::CalendarEvent next = before;
    change(&next);
    MarkEdited(&before, kRules.output_only, &next);
    FieldErrors errors;
    errors.AddAll("parts", kRules.CheckAndSettle(&before, &next, context));
    RETURN_IF_ERROR(errors.ToStatus());
    RETURN_IF_ERROR(writer.Put(next, kind, cause));
  }
  if (!parts.own.empty()) {
    notes.push_back(absl::StrCat("parts: the same was done to ", Named(NamesOf(parts.own))));
  }
  if (!parts.others.empty()) {
    notes.push_back(absl::StrCat("parts: ", Named(parts.others),
                                 " may be written by others alone and stay as they are"));
  }
  if (!parts.drafts.empty()) {
    notes.push_back(absl::StrCat("parts: ", Named(parts.drafts),
                                 " are drafts that nobody was told of, and stay as they are: "
                                 "DeleteEvent removes them"));
  }
  return absl::OkStatus();
}

}  // namespace clusterwire::catalogue
