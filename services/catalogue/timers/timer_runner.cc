#include "services/catalogue/timers/timer_runner.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/telemetry/log.h"

namespace clusterwire::catalogue {
namespace {

// Moments looked at together. So many resources whose steps are refused would hold up the rest.
constexpr int kPage = 1000;
// Moments are days' ends: a minute late is on time.
constexpr absl::Duration kPoll = absl::Minutes(1);
// The actor of timer writes.
constexpr char kActor[] = "clock";

}  // namespace

TimerRunner::TimerRunner(store::Store& store, Steps steps, Clock& clock, Random& random,
                         telemetry::Metrics& metrics)
    : store_(store),
      steps_(std::move(steps)),
      clock_(clock),
      fired_(metrics.GetCounter("clusterwire_timers_fired_total",
                                "Due moments that were turned into writes.")),
      worker_(clock, random, [this] { return Step(); },
              {.first = absl::Seconds(1), .limit = absl::Minutes(1)}) {}

absl::Status TimerRunner::CatchUp() {
  absl::Status first_error;
  std::set<std::string> stuck;
  for (bool progress = true; progress && !worker_.stopping();) {
    progress = false;
    ASSIGN_OR_RETURN(const auto due, store_.DueTimers(clock_.Now(), kPage));
    std::optional<absl::Time> moment;
    for (const store::DueTimer& timer : due) {
      // What comes after a step that was refused waits for it.
      if (stuck.contains(timer.name)) continue;
      // The steps of one moment may have set others, due before the next one of these.
      if (moment && timer.timer.time > *moment) break;
      if (const absl::Status status = Fire(timer); status.ok()) {
        progress = true;
        moment = timer.timer.time;
      } else {
        stuck.insert(timer.name);
        first_error.Update(status);
      }
    }
  }
  return first_error;
}

absl::Status TimerRunner::Fire(const store::DueTimer& due) {
  const store::ResourceType* type = store_.registry().ForName(due.name);
  const auto step = type == nullptr ? steps_.end() : steps_.find(type->type);
  if (step == steps_.end()) {
    return absl::InternalError(absl::StrCat("no step is known for the timer of ", due.name));
  }
  store::WriteOptions call;
  call.caller = kActor;
  call.as_of = due.timer.time;
  const absl::Status written = store_
                                   .Write(call,
                                          [&](store::Writer& writer) -> absl::Status {
                                            writer.DropTimer(due.name, due.timer);
                                            return step->second(writer, due.name, due.timer);
                                          })
                                   .status();
  // Purged since: the moment went with it.
  if (absl::IsNotFound(written)) return store_.DropTimer(due);
  RETURN_IF_ERROR(written);
  fired_.Add();
  return absl::OkStatus();
}

absl::StatusOr<absl::Time> TimerRunner::Step() {
  const absl::Status status = CatchUp();
  if (!status.ok()) telemetry::LogWarning("timers stand still", {{"status", status}});
  RETURN_IF_ERROR(status);
  return clock_.Now() + kPoll;
}

}  // namespace clusterwire::catalogue
