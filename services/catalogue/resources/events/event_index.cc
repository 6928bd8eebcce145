#include "services/catalogue/resources/events/event_index.h"

#include <algorithm>
#include <deque>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/resource/page.h"

namespace clusterwire::catalogue {
namespace {

constexpr char kKept[] = "event_index.kept";  // what the log says of such a row

std::string IdOf(std::string_view name) { return std::string(name.substr(name.rfind('/') + 1)); }

std::string PartsRoot(std::string_view event) { return absl::StrCat("eventParts/", IdOf(event)); }

std::string PartRow(const v1::CalendarEvent& part) {
  if (part.parent().empty()) return "";
  return absl::StrCat(PartsRoot(part.parent()), "/parts/", IdOf(part.name()));
}

std::string EditionRow(const std::string& series, int32_t edition) {
  return absl::StrCat("eventSeries/", series, "/editions/", edition);
}

// A deleted event leaves its number to another one.
std::string EditionRow(const v1::CalendarEvent& event) {
  if (event.series().empty() || !event.has_edition() || store::IsDeleted(event)) return "";
  return EditionRow(event.series(), event.edition());
}

absl::Status KeepPart(store::Writer& writer, const std::string& old_row,
                      const std::string& next_row, const std::string& owner) {
  v1::EventPart row;
  if (!old_row.empty() && old_row != next_row && writer.Load(old_row, &row).ok()) {
    RETURN_IF_ERROR(writer.Purge(old_row, kKept));
  }
  if (next_row.empty()) return absl::OkStatus();
  row.Clear();
  if (writer.Load(next_row, &row).ok() && row.owner() == owner) return absl::OkStatus();
  row.set_name(next_row);
  row.set_owner(owner);
  return writer.Put(row, kKept);
}

// Of one edition; more are not found by it.
constexpr int kMostOthers = 100;

std::vector<std::string> EventsOf(const v1::EventEdition& row) {
  std::vector<std::string> events(row.others().begin(), row.others().end());
  if (!row.event().empty()) events.insert(events.begin(), row.event());
  return events;
}

absl::Status PutEdition(store::Writer& writer, const std::vector<std::string>& events,
                        v1::EventEdition& row) {
  if (events.empty()) return writer.Purge(row.name(), kKept);
  row.set_event(events.front());
  row.mutable_others()->Assign(events.begin() + 1, events.end());
  return writer.Put(row, kKept);
}

absl::Status KeepEdition(store::Writer& writer, const std::string& old_row,
                         const std::string& next_row, const std::string& event) {
  v1::EventEdition row;
  if (!old_row.empty() && old_row != next_row && writer.Load(old_row, &row).ok()) {
    std::vector<std::string> events = EventsOf(row);
    if (std::erase(events, event) > 0) RETURN_IF_ERROR(PutEdition(writer, events, row));
  }
  if (next_row.empty()) return absl::OkStatus();
  row.Clear();
  const absl::Status found = writer.Load(next_row, &row);
  if (!found.ok() && !absl::IsNotFound(found)) return found;
  std::vector<std::string> events = EventsOf(row);
  if (std::ranges::find(events, event) != events.end() || row.others_size() == kMostOthers) {
    return absl::OkStatus();
  }
  events.push_back(event);
  row.set_name(next_row);
  return PutEdition(writer, events, row);
}

}  // namespace

std::vector<facts::Type> EventRows() {
  return {RowsOf<v1::EventPart>("event_part", "eventParts/{event}/parts/{part}"),
          RowsOf<v1::EventEdition>("event_edition", "eventSeries/{series}/editions/{edition}"),
          RowsOf<v1::EventSeats>("event_seats", "eventSeats/{event}")};
}

absl::Status ForEachPart(
    const store::Reader& reader, const std::string& event,
    absl::FunctionRef<absl::StatusOr<bool>(const std::string&, const std::string&)> visit) {
  std::set<std::string> seen = {event};
  std::deque<std::string> parents = {event};
  while (!parents.empty()) {
    const std::string parent = parents.front();
    parents.pop_front();
    absl::StatusOr<bool> more = true;
    RETURN_IF_ERROR(resource::ForEach(reader, {.type = "event_part", .parent = PartsRoot(parent)},
                                      [&](const store::Scanned& scanned) {
                                        const auto& row =
                                            static_cast<const v1::EventPart&>(*scanned.resource);
                                        const std::string part =
                                            absl::StrCat("events/", IdOf(row.name()));
                                        if (!seen.insert(part).second) return true;
                                        parents.push_back(part);
                                        more = visit(part, row.owner());
                                        return more.ok() && *more;
                                      }));
    RETURN_IF_ERROR(more.status());
    if (!*more) break;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> EditionsOf(const store::Reader& reader,
                                                    const std::string& series, int32_t edition) {
  v1::EventEdition row;
  const absl::Status found = reader.Load(EditionRow(series, edition), &row);
  if (!found.ok() && !absl::IsNotFound(found)) return found;
  return EventsOf(row);
}

absl::StatusOr<v1::EventSeats> SeatsOf(const store::Reader& reader, std::string_view event) {
  v1::EventSeats seats;
  seats.set_name(absl::StrCat("eventSeats/", IdOf(event)));
  const absl::Status found = reader.Load(seats.name(), &seats);
  if (!found.ok() && !absl::IsNotFound(found)) return found;
  return seats;
}

v1::EventSeatsTaken SeatsTaken(const v1::CalendarEvent& event, const v1::EventSeats& seats) {
  v1::EventSeatsTaken taken;
  taken.set_taken(seats.taken());
  taken.set_waiting(seats.waiting());
  taken.set_waiting_seats(seats.waiting_seats());
  if (event.registration().has_capacity()) {
    taken.set_free(std::max<int64_t>(event.registration().capacity() - seats.taken(), 0));
  }
  return taken;
}

absl::Status FollowEventIndex(store::Writer& writer, const store::Message* before,
                              const store::Message* after) {
  const auto* event = dynamic_cast<const v1::CalendarEvent*>(after);
  if (event == nullptr) return absl::OkStatus();
  const auto* was = dynamic_cast<const v1::CalendarEvent*>(before);
  RETURN_IF_ERROR(
      KeepPart(writer, was == nullptr ? "" : PartRow(*was), PartRow(*event), event->owner()));
  return KeepEdition(writer, was == nullptr ? "" : EditionRow(*was), EditionRow(*event),
                     event->name());
}

}  // namespace clusterwire::catalogue
