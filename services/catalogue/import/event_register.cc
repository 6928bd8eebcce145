#include "absl/strings/str_cat.h"

#include "libs/base/status/status_macros.h"
#include "libs/text/fold.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/import/ids.h"
#include "services/catalogue/import/mapping.h"
#include "services/catalogue/import/register.h"
#include "services/catalogue/import/take.h"

namespace clusterwire::catalogue::registers {
namespace {

// Titles are unique in the register.
Aim<v1::CalendarEvent> AimAtEvent(const std::string& title, const std::string& country) {
  return {.prefix = "events/",
          .ids = IdsFor(title, country),
          .key = title,
          .same = [title](const v1::CalendarEvent& known) {
            return text::Fold(known.title()) == text::Fold(title);
          }};
}

class EventRegister final : public Register {
 public:
  explicit EventRegister(std::string read_date) : read_date_(std::move(read_date)) {}

  absl::StatusOr<Taken> Take(Batch& batch, std::string_view json) override {
    ASSIGN_OR_RETURN(EventRecord record, MapEvent(json, read_date_));
    v1::CalendarEvent& event = record.event;
    if (!record.parent.empty()) {
      ASSIGN_OR_RETURN(const std::string parent, FindParent(batch.writer(), record));
      if (parent.empty()) {
        return Taken{.notes = {absl::StrCat("parent: '", record.parent,
                                            "' is no event here and none of this import")},
                     .waits = true};
      }
      event.set_parent(parent);
    }
    return registers::Take(batch, rules_, AimAtEvent(event.title(), event.place().country()),
                           event);
  }

 private:
  // Empty when there is none. Where titles share an id, the parent is the one in the same country.
  static absl::StatusOr<std::string> FindParent(const store::Reader& reader,
                                                const EventRecord& record) {
    ASSIGN_OR_RETURN(const auto spot,
                     FindSpot(reader, AimAtEvent(record.parent, record.event.place().country())));
    return spot.known && !store::IsDeleted(*spot.known) ? spot.name : std::string();
  }

  const std::string read_date_;
  const Rules<v1::CalendarEvent> rules_ = EventRules();
};

}  // namespace

std::unique_ptr<Register> MakeEventRegister(std::string read_date) {
  return std::make_unique<EventRegister>(std::move(read_date));
}

}  // namespace clusterwire::catalogue::registers
