#include "services/catalogue/resources/events/event_parts.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/status/error.h"
#include "libs/resource/page.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/edited.h"
#include "services/catalogue/resources/events/event_calendar.h"
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

// All that leads to `name`, nearest first.
absl::StatusOr<std::vector<std::string>> Below(const std::string& name,
                                               const store::Reader& reader) {
  std::multimap<std::string, std::string> by_parent;
  RETURN_IF_ERROR(resource::ForEach(reader, {.type = "event"}, [&](const store::Scanned& scanned) {
    const auto& event = static_cast<const v1::CalendarEvent&>(*scanned.resource);
    if (!event.parent().empty()) by_parent.emplace(event.parent(), event.name());
    return true;
  }));
  std::vector<std::string> below;
  std::set<std::string> seen = {name};
  std::vector<std::string> level = {name};
  while (!level.empty()) {
    std::vector<std::string> next;
    for (const std::string& parent : level) {
      const auto [first, last] = by_parent.equal_range(parent);
      for (auto it = first; it != last; ++it) {
        if (seen.insert(it->second).second) next.push_back(it->second);
      }
    }
    below.insert(below.end(), next.begin(), next.end());
    level = std::move(next);
  }
  return below;
}

}  // namespace

absl::StatusOr<Parts> PartsOf(const std::string& name, const Context& context,
                              absl::FunctionRef<bool(const v1::CalendarEvent&)> wanted) {
  ASSIGN_OR_RETURN(const std::vector<std::string> below, Below(name, context.reader));
  Parts parts;
  for (const std::string& one : below) {
    ASSIGN_OR_RETURN(v1::CalendarEvent part, context.reader.Get<v1::CalendarEvent>(one));
    if (!wanted(part) || EndOf(part) <= context.now) continue;
    if (CheckMayWrite(context.viewer, one, &part).ok()) {
      parts.own.push_back(std::move(part));
    } else if (CheckMaySee(context.reader, context.viewer, one).ok()) {
      parts.others.push_back(one);
    }
  }
  if (parts.own.size() > kMostParts) {
    return Error(
        absl::StatusCode::kFailedPrecondition, "TOO_MANY_PARTS",
        absl::StrCat(name, " has ", parts.own.size(), " parts that aren't over, more than ",
                     kMostParts, ": cancel or move some of them first"),
        {{"resource", name}});
  }
  return parts;
}

void CheckChoice(v1::EventParts choice, const Parts& parts, FieldErrors& errors) {
  CheckEnum("parts", choice, errors);
  if (choice != v1::EVENT_PARTS_UNSPECIFIED || parts.own.empty()) return;
  errors.Add("parts", absl::StrCat("is required, since it has parts that aren't over (",
                                   Named(NamesOf(parts.own)),
                                   "): EVENT_PARTS_CASCADE does the same to them, "
                                   "EVENT_PARTS_KEEP leaves them as they are"));
}

absl::Status ChangeParts(store::Writer& writer, const Context& context, const Parts& parts,
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
  return absl::OkStatus();
}

}  // namespace clusterwire::catalogue
