#include "absl/strings/str_cat.h"

#include "libs/base/status/status_macros.h"
#include "services/catalogue/common/fields/words.h"
#include "services/catalogue/import/line.h"
#include "services/catalogue/import/mapping.h"
#include "services/catalogue/import/place.h"
#include "services/catalogue/import/provenance.h"

namespace clusterwire::catalogue::registers {
namespace {

void ReadPeriod(Line& line, v1::CalendarEvent* event) {
  event->mutable_period()->set_start(line.Date("start"));
  event->mutable_period()->set_end(line.Date("end"));
  // Of which only the month is known, it lies within that month: no end would mean an open one.
  const std::string precision = line.Text("date_precision");
  if (precision == "month" && event->period().end().empty()) {
    event->mutable_period()->set_end(event->period().start());
  } else if (!precision.empty() && precision != "month") {
    line.AddError("date_precision", absl::StrCat("'", precision, "' must be month or left out"));
  }
  event->set_start_time(line.Text("start_time"));
  event->set_end_time(line.Text("end_time"));
  event->set_time_zone(line.Text("timezone"));
}

void ReadKind(Line& line, v1::CalendarEvent* event) {
  using Kind = v1::CalendarEvent::Kind;
  const std::string word = line.RequiredText("kind");
  if (word.empty()) return;
  if (const auto kind = ValueOf<Kind>(word)) {
    event->set_kind(*kind);
  } else {
    line.AddError("kind", absl::StrCat("'", word, "' must be one of ", WordsOf<Kind>()));
  }
}

}  // namespace

absl::StatusOr<EventRecord> MapEvent(std::string_view json, const std::string& read_date) {
  ASSIGN_OR_RETURN(Line line, Line::Parse(json));
  EventRecord record;
  v1::CalendarEvent& event = record.event;
  event.set_state(v1::CalendarEvent::STATE_PUBLISHED);
  event.set_title(line.RequiredText("title"));
  ReadKind(line, &event);
  ReadPeriod(line, &event);
  type::v1::Place place = ReadPlace(line);
  place.set_venue(line.Text("venue"));
  place.set_country(line.Text("country"));
  if (place.ByteSizeLong() > 0) *event.mutable_place() = std::move(place);
  event.set_online(line.Flag("online").value_or(false));
  event.set_organiser(line.Text("organiser"));
  record.parent = line.Text("parent");
  if (const auto edition = line.Whole("edition")) event.set_edition(*edition);
  if (const auto attendance = line.Whole("attendance")) event.set_attendance(*attendance);
  event.set_registration_closes(line.Date("registration_closes"));
  *event.mutable_sources() = Provenance(line, read_date).sources();
  AddExternalId(kImportScheme, event.title(), event.mutable_external_ids());
  RETURN_IF_ERROR(line.Finish());
  return record;
}

}  // namespace clusterwire::catalogue::registers
