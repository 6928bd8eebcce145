#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "clusterwire/catalogue/v1/call.pb.h"
#include "clusterwire/type/v1/calendar.pb.h"

#include "libs/store/registry.h"
#include "services/catalogue/common/reminders.h"
#include "services/catalogue/common/resource.h"

// The moments of a call: when it opens, each cut-off, and what follows from them.
namespace clusterwire::catalogue {

// The fields opens, cut_offs and time_zone, with paths under "call".
void CheckDates(const v1::Call& call, FieldErrors& errors);

// The first moment after a cut-off, in the call's zone; none where it can't be read.
std::optional<absl::Time> EndOfCutOff(const v1::Call& call, const v1::CallCutOff& cut_off);
// The cut-off that comes next; null when the last one has passed.
const v1::CallCutOff* NextCutOff(const v1::Call& call, absl::Time at);

// Where a call stands that is neither a draft nor withdrawn: announced, open, or closed.
v1::Call::State StateByClock(const v1::Call& call, absl::Time at);
inline bool IsByClock(const v1::Call& call) {
  return call.state() != v1::Call::STATE_DRAFT && call.state() != v1::Call::STATE_WITHDRAWN;
}

// Sets what follows from the dates at that moment: state, next_cut_off.
void SettleDates(absl::Time at, v1::Call* call);

// What a write makes of uid and sequence. `before` is null on creation.
void CountUp(const v1::Call* before, absl::Time now, v1::Call* next);
// Its entry: at the next cut-off, else at the last.
type::v1::Calendar CalendarOf(const v1::Call& call, const std::string& link);

std::vector<store::Timer> CallTimers(const v1::Call& call);
std::vector<Deadline> CallDeadlines(const store::Message& call, const CodeBook& book);

}  // namespace clusterwire::catalogue
