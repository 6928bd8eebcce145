#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "services/catalogue/import/regions.h"
#include "services/catalogue/import/registers/register.h"
#include "services/catalogue/import/upsert.h"
#include "services/catalogue/resources/events/event_rules.h"

namespace clusterwire::catalogue::registers {
namespace {

using google::protobuf::Message;

void ReadKind(JsonRecord& record, const Field& field, Message* event) {
  const std::string word = record.RequiredText(field.key);
  if (!word.empty()) SetWord(record, field, word, "one of ", event);
}

// Of which only the month is known, it lies within that month: no end would mean an open one.
void ReadPrecision(JsonRecord& record, const Field& field, Message* resource) {
  type::v1::Period& period = *static_cast<v1::CalendarEvent&>(*resource).mutable_period();
  const std::string precision = record.Text(field.key);
  if (precision == "month" && period.end().empty()) {
    period.set_end(period.start());
  } else if (!precision.empty() && precision != "month") {
    record.AddError(field.key, absl::StrCat("'", precision, "' must be month or left out"));
  }
}

constexpr Field kEventFields[] = {{"title", "title", ReadRequired},
                                  {"kind", "kind", ReadKind},
                                  {"start", "period.start", ReadDate},
                                  {"end", "period.end", ReadDate},
                                  {"date_precision", "period.end", ReadPrecision},
                                  {"start_time"},
                                  {"end_time"},
                                  {"timezone", "time_zone"},
                                  {"city", "place.city"},
                                  {"region", "place.region"},
                                  {"regions"},
                                  {"latitude, longitude", "place.point", ReadPoint},
                                  {"venue", "place.venue"},
                                  {"country", "place.country"},
                                  {"online"},
                                  {"organiser"},
                                  {"parent"},
                                  {"series"},
                                  {"edition"},
                                  {"attendance"},
                                  {"registration_closes", "registration_closes", ReadDate}};

// Titles are unique in the register. Where titles share an id, the country tells them apart.
absl::StatusOr<Match<v1::CalendarEvent>> FindEvent(Batch& batch, const std::string& title,
                                                   const std::string& country) {
  return FindMatch<v1::CalendarEvent>(batch.writer(),
                                      {.prefix = "events/",
                                       .ids = IdsFor(title, country),
                                       .external_id = title,
                                       .is_same = [&title](const v1::CalendarEvent& known) {
                                         return IsSameName(known.title(), title);
                                       }});
}

// A day without an end ends that day: an open end would match in every later year. An end that is
// known already stays while the start does.
void SetEnd(const Match<v1::CalendarEvent>& match, type::v1::Period* period) {
  if (!period->end().empty()) return;
  const bool known = match.known && match.known->period().start() == period->start() &&
                     !match.known->period().end().empty();
  period->set_end(known ? match.known->period().end() : period->start());
}

}  // namespace

absl::StatusOr<v1::CalendarEvent> MapEvent(std::string_view json, const std::string& read_date) {
  ASSIGN_OR_RETURN(JsonRecord record, JsonRecord::Parse(json));
  v1::CalendarEvent event;
  event.set_state(v1::CalendarEvent::STATE_PUBLISHED);
  event.mutable_period();
  ReadFields(record, kEventFields, &event);
  ReadSources(record, read_date, event.mutable_sources());
  BringToForm(record, kEventFields, &event);
  AddExternalId(kImportScheme, event.title(), event.mutable_external_ids());
  RETURN_IF_ERROR(record.Finish());
  return event;
}

absl::StatusOr<v1::ImportResponse> ImportEvent(Batch& batch, std::string_view json) {
  ASSIGN_OR_RETURN(v1::CalendarEvent event, MapEvent(json, batch.read_date()));
  const std::string& country = event.place().country();
  if (!event.parent().empty()) {
    ASSIGN_OR_RETURN(const auto parent, FindEvent(batch, event.parent(), country));
    if (!parent.known || parent.deleted()) {
      v1::ImportResponse waits;
      waits.add_notes(
          absl::StrCat("parent: '", event.parent(), "' is no event here and none of this import"));
      return waits;
    }
    event.set_parent(parent.name);
  }
  ASSIGN_OR_RETURN(const auto match, FindEvent(batch, event.title(), country));
  SetEnd(match, event.mutable_period());
  ASSIGN_OR_RETURN(const auto book, CodeBook::Of(batch.writer()));
  const RegionsInWords<v1::CalendarEvent> regions(
      batch, book, match, [](const v1::CalendarEvent& of) -> auto& { return of.place().region(); },
      country, &event);
  ASSIGN_OR_RETURN(
      v1::ImportResponse result,
      Upsert<v1::CalendarEvent>(batch, EventRules(), kEventFields, match, event, regions));
  regions.AddNotes(&result);
  NoteDraft(match, "PublishEvent", &result);
  return result;
}

}  // namespace clusterwire::catalogue::registers
