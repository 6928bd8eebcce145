#include "services/catalogue/resources/calls/call_dates.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"

#include "libs/base/time/clock.h"
#include "libs/base/time/date.h"
#include "libs/base/time/zone.h"
#include "libs/change/record.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/dates/time_of_day.h"
#include "services/catalogue/common/fields/checks.h"

namespace clusterwire::catalogue {
namespace {

using v1::Call;
using v1::CallCutOff;

constexpr int kMostCutOffs = 20;
constexpr int kUsualLeads[] = {30, 7, 1};  // days, where the call says none

std::string ZoneOf(const Call& call) {
  return call.time_zone().empty() ? std::string(kDefaultZone) : call.time_zone();
}

std::optional<absl::Time> OpensAt(const Call& call) {
  const auto opens = ParseDate(call.opens());
  if (!opens.ok()) return std::nullopt;
  return StartOf(*opens, call.time_zone());
}

void CheckCutOff(const std::string& path, const Call& call, const CallCutOff& cut_off,
                 FieldErrors& errors) {
  const auto day = OneDayOf(cut_off.date());
  if (!day) {
    errors.Add(PathTo(path, "date"),
               absl::StrCat("'", cut_off.date(), "' is no day: write it as 2026-11-30"));
  }
  CheckTimeOfDay(PathTo(path, "time"), "17:00", cut_off.time(), day, ZoneOf(call), errors);
  resource::CheckText(errors, PathTo(path, "title"), cut_off.title(), 0, 200);
}

std::string CutOffText(const CallCutOff& cut_off) {
  return cut_off.time().empty() ? cut_off.date()
                                : absl::StrCat(cut_off.date(), " ", cut_off.time());
}

const CallCutOff* EntryOf(const Call& call) {
  for (const CallCutOff& cut_off : call.cut_offs()) {
    if (cut_off.date() == call.next_cut_off()) return &cut_off;
  }
  return call.cut_offs().empty() ? nullptr : &*call.cut_offs().rbegin();
}

bool IsOff(const Call& call) { return call.state() == Call::STATE_WITHDRAWN; }

}  // namespace

void CheckDates(const Call& call, FieldErrors& errors) {
  if (!call.time_zone().empty() && !IsTimeZone(call.time_zone())) {
    errors.Add("call.time_zone", absl::StrCat("'", call.time_zone(),
                                              "' is no time zone; write one as Europe/Brussels"));
  }
  CheckDate("call.opens", call.opens(), errors);
  if (call.cut_offs().empty() || call.cut_offs_size() > kMostCutOffs) {
    errors.Add("call.cut_offs", absl::StrCat(call.cut_offs_size(), " must be 1 to ", kMostCutOffs,
                                             ": by when proposals have to be there"));
    return;
  }
  std::optional<absl::Time> last;
  for (int i = 0; i < call.cut_offs_size(); ++i) {
    const CallCutOff& cut_off = call.cut_offs(i);
    const std::string path = PathTo("call", "cut_offs", i);
    CheckCutOff(path, call, cut_off, errors);
    const auto ends = EndOfCutOff(call, cut_off);
    if (!ends) continue;
    if (last && *ends <= *last) {
      errors.Add(path, absl::StrCat(CutOffText(cut_off), " is not after the cut-off before it, ",
                                    CutOffText(call.cut_offs(i - 1)),
                                    ": they stand in the order of time, each once"));
    }
    if (i > 0 && cut_off.date() == call.cut_offs(i - 1).date()) {
      errors.Add(path, absl::StrCat(cut_off.date(), " has two cut-offs; a day has one"));
    }
    const auto opens = OpensAt(call);
    if (opens && *ends <= *opens) {
      errors.Add(path,
                 absl::StrCat(CutOffText(cut_off), " is before the call opens, on ", call.opens()));
    }
    last = ends;
  }
}

std::optional<absl::Time> EndOfCutOff(const Call& call, const CallCutOff& cut_off) {
  const auto day = OneDayOf(cut_off.date());
  if (!day) return std::nullopt;
  if (!IsTimeOfDay(cut_off.time())) return EndOf({*day, *day}, call.time_zone());
  return MomentOf(absl::CivilSecond(At(*day, cut_off.time())), ZoneNamed(ZoneOf(call)));
}

const CallCutOff* NextCutOff(const Call& call, absl::Time at) {
  for (const CallCutOff& cut_off : call.cut_offs()) {
    const auto ends = EndOfCutOff(call, cut_off);
    if (ends && at < *ends) return &cut_off;
  }
  return nullptr;
}

Call::State StateByClock(const Call& call, absl::Time at) {
  if (NextCutOff(call, at) == nullptr) return Call::STATE_CLOSED;
  const auto opens = OpensAt(call);
  return opens && at < *opens ? Call::STATE_PUBLISHED : Call::STATE_OPEN;
}

void SettleDates(absl::Time at, Call* call) {
  if (IsByClock(*call)) call->set_state(StateByClock(*call, at));
  const CallCutOff* next = NextCutOff(*call, at);
  call->set_next_cut_off(next == nullptr ? "" : next->date());
}

void CountUp(const Call* before, absl::Time now, Call* next) {
  if (before == nullptr) {
    next->set_uid(EntryUid("call", next->name(), now));
    next->set_sequence(0);
    return;
  }
  next->set_uid(before->uid());
  int sequence = before->sequence();
  // The deletion was a cancellation at the next number.
  if (before->has_delete_time() && !next->has_delete_time()) sequence += 2;
  const type::v1::Calendar was = CalendarOf(*before, "");
  const type::v1::Calendar is = CalendarOf(*next, "");
  if (was.start() != is.start() || was.time_zone() != is.time_zone() ||
      was.status() != is.status()) {
    ++sequence;
  }
  next->set_sequence(sequence);
}

type::v1::Calendar CalendarOf(const Call& call, const std::string& link) {
  using type::v1::Calendar;
  Calendar calendar;
  calendar.set_uid(call.uid());
  calendar.set_sequence(call.sequence());
  calendar.set_status(IsOff(call) ? Calendar::STATUS_CANCELLED : Calendar::STATUS_CONFIRMED);
  calendar.set_organiser(call.funder());
  calendar.set_link(link);
  calendar.set_online(false);
  const CallCutOff* entry = EntryOf(call);
  const auto day = entry == nullptr ? std::nullopt : OneDayOf(entry->date());
  if (!day) return calendar;
  if (!IsTimeOfDay(entry->time())) {
    calendar.set_whole_days(true);
    calendar.set_start(FormatDay(*day));
    calendar.set_end(FormatDay(*day));
    return calendar;
  }
  calendar.set_time_zone(ZoneOf(call));
  calendar.set_start(FormatMinute(At(*day, entry->time())));
  return calendar;
}

std::vector<store::Timer> CallTimers(const Call& call) {
  std::vector<store::Timer> timers;
  if (!IsByClock(call)) return timers;
  if (const auto opens = OpensAt(call)) timers.push_back({*opens, "call opens"});
  for (const CallCutOff& cut_off : call.cut_offs()) {
    const auto ends = EndOfCutOff(call, cut_off);
    if (ends) timers.push_back({*ends, absl::StrCat("cut-off ", cut_off.date())});
  }
  return timers;
}

std::vector<Deadline> CallDeadlines(const store::Message& message, const CodeBook&) {
  const auto& call = static_cast<const Call&>(message);
  const auto day = OneDayOf(call.next_cut_off());
  if (!IsByClock(call) || !day) return {};
  Deadline deadline = {.kind = change::KindText(change::v1::CHANGE_KIND_CALL_CLOSING),
                       .day = *day,
                       .zone = call.time_zone(),
                       .leads = {call.reminder_days().begin(), call.reminder_days().end()}};
  if (call.reminder_days().empty()) {
    deadline.leads.assign(std::begin(kUsualLeads), std::end(kUsualLeads));
  }
  return {deadline};
}

}  // namespace clusterwire::catalogue
