#include "services/catalogue/common/reminders.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/date.h"
#include "libs/change/record.h"
#include "libs/facts/facts.h"
#include "services/catalogue/common/codes/code_book.h"
#include "services/catalogue/common/dates/calendar.h"

namespace clusterwire::catalogue {
namespace {

using type::v1::Reminder;
using Reminders = std::vector<Reminder>;

constexpr int kMaxReminders = 10;
constexpr int kMaxReminderDays = 366;

// Null for a type that has no reminders.
const google::protobuf::FieldDescriptor* FieldOf(const store::Message& resource) {
  const auto* field = resource.GetDescriptor()->FindFieldByName("reminders");
  const bool is_it = field != nullptr && field->message_type() == Reminder::descriptor();
  return is_it ? field : nullptr;
}

absl::Time MomentOf(const Deadline& deadline, int lead) {
  const absl::CivilDay day = deadline.day - lead;
  return StartOf({day, day}, deadline.zone);
}

// Those that are still to be given, in no order.
std::vector<int> LeadsLeft(const Deadline& deadline, const Reminders& given) {
  std::vector<int> left;
  for (const int lead : deadline.leads) {
    const bool was_given = std::ranges::any_of(given, [&](const Reminder& one) {
      return one.kind() == deadline.kind && one.day() == FormatDay(deadline.day) &&
             one.lead_days() <= lead;
    });
    if (!was_given && MomentOf(deadline, lead) >= deadline.from) left.push_back(lead);
  }
  return left;
}

// The lead of the newest one that is due.
std::optional<int> NewestDue(const Deadline& deadline, const Reminders& given, absl::Time now) {
  if (now >= EndOf({deadline.day, deadline.day}, deadline.zone)) return std::nullopt;
  std::optional<int> newest;
  for (const int lead : LeadsLeft(deadline, given)) {
    if (MomentOf(deadline, lead) > now || (newest && *newest < lead)) continue;
    newest = lead;
  }
  return newest;
}

// In place of the one of its kind that was given before.
void Keep(const Reminder& reminder, store::Message* resource) {
  const auto& field = *FieldOf(*resource);
  const auto& reflection = *resource->GetReflection();
  store::Message* place = nullptr;
  for (int i = 0; i < reflection.FieldSize(*resource, &field); ++i) {
    store::Message* one = reflection.MutableRepeatedMessage(resource, &field, i);
    if (static_cast<const Reminder*>(one)->kind() == reminder.kind()) place = one;
  }
  if (place == nullptr) place = reflection.AddMessage(resource, &field);
  place->CopyFrom(reminder);
}

}  // namespace

void CheckReminderDays(std::string_view path, const google::protobuf::RepeatedField<int32_t>& days,
                       FieldErrors& errors) {
  if (days.size() > kMaxReminders) {
    errors.Add(path, absl::StrCat(days.size(), " of at most ", kMaxReminders));
    return;
  }
  for (int i = 0; i < days.size(); ++i) {
    const std::string at = absl::StrCat(ToAbsl(path), "[", i, "]");
    if (days[i] < 0 || days[i] > kMaxReminderDays) {
      errors.Add(at, absl::StrCat("must be from 0 to ", kMaxReminderDays, " days"));
    } else if (std::find(days.begin(), days.begin() + i, days[i]) != days.begin() + i) {
      errors.Add(at, absl::StrCat(days[i], " is there twice"));
    }
  }
}

Reminders RemindersIn(const store::Message& resource) {
  Reminders reminders;
  const auto* field = FieldOf(resource);
  if (field == nullptr) return reminders;
  const auto& reflection = *resource.GetReflection();
  for (int i = 0; i < reflection.FieldSize(resource, field); ++i) {
    reminders.push_back(
        static_cast<const Reminder&>(reflection.GetRepeatedMessage(resource, field, i)));
  }
  return reminders;
}

void AddReminders(const std::vector<Deadline>& deadlines, const store::Message& resource,
                  std::vector<store::Timer>* timers) {
  for (const Deadline& deadline : deadlines) {
    for (const int lead : LeadsLeft(deadline, RemindersIn(resource))) {
      timers->push_back({MomentOf(deadline, lead), std::string(deadline.kind)});
    }
  }
}

bool IsReminder(const store::Timer& timer) { return change::KindOf(timer.what).has_value(); }

absl::Status Remind(store::Writer& writer, const std::string& name, const store::Timer& due,
                    DeadlinesOf deadlines, const store::Message& prototype) {
  const std::unique_ptr<store::Message> resource(prototype.New());
  RETURN_IF_ERROR(writer.Load(name, resource.get()));
  ASSIGN_OR_RETURN(const auto facts, facts::Get(writer, name));
  if (store::IsDeleted(*resource) || !facts) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto book, CodeBook::Of(writer));
  for (const Deadline& deadline : deadlines(*resource, *book)) {
    const auto is_due = [&](int lead) { return MomentOf(deadline, lead) == due.time; };
    if (deadline.kind != due.what || std::ranges::none_of(deadline.leads, is_due)) continue;
    const std::optional<int> lead = NewestDue(deadline, RemindersIn(*resource), writer.now());
    if (!lead) continue;
    Reminder reminder;
    reminder.set_kind(due.what);
    reminder.set_day(FormatDay(deadline.day));
    reminder.set_days_left(static_cast<int32_t>(deadline.day - DayOf(writer.now(), deadline.zone)));
    reminder.set_lead_days(*lead);
    Keep(reminder, resource.get());
    return writer.Put(*resource, due.what);
  }
  return absl::OkStatus();
}

}  // namespace clusterwire::catalogue
