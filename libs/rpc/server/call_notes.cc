#include "libs/rpc/server/call_notes.h"

#include <algorithm>
#include <utility>

namespace clusterwire::rpc {

MethodNotes::MethodNotes(telemetry::Metrics& metrics, std::string method)
    : metrics_(metrics),
      method_(std::move(method)),
      seconds_(metrics.GetHistogram("clusterwire_rpc_seconds",
                                    "From a call's arrival to its status", {{"method", method_}})) {
}

void MethodNotes::Count(absl::StatusCode code, absl::Duration took) {
  seconds_.Observe(took);
  MutexLock lock(mutex_);
  auto& calls = calls_[std::min(static_cast<size_t>(code), kCodes - 1)];
  if (!calls) {
    calls = metrics_.GetCounter("clusterwire_rpc_calls_total", "Finished calls",
                                {{"method", method_}, {"code", absl::StatusCodeToString(code)}});
  }
  calls->Add();
}

std::optional<int64_t> MethodNotes::TakeLine(absl::StatusCode code, absl::Duration took,
                                             absl::Duration now) {
  MutexLock lock(mutex_);
  if (now - second_ >= absl::Seconds(1)) {
    second_ = now;
    lines_ = 0;
  }
  const bool told = code != absl::StatusCode::kOk || took >= kSlow || lines_ < kLinesPerSecond;
  if (!told) {
    ++untold_;
    return std::nullopt;
  }
  ++lines_;
  return std::exchange(untold_, 0);
}

MethodNotes& CallNotes::Of(std::string_view method) {
  MutexLock lock(mutex_);
  auto found = methods_.find(method);
  if (found == methods_.end()) {
    found = methods_.emplace(method, std::make_unique<MethodNotes>(metrics_, std::string(method)))
                .first;
  }
  return *found->second;
}

}  // namespace clusterwire::rpc
