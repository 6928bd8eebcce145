#include "libs/rpc/server/runtime.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/rpc/stream/stream_core.h"

namespace clusterwire::rpc {
namespace {

constexpr absl::Duration kQuickReader = absl::Seconds(1);  // takes a message within this

}  // namespace

Runtime::Runtime(telemetry::Metrics& metrics, Clock& clock, Random& random, Options options)
    : metrics_(metrics),
      clock_(clock),
      random_(random),
      options_(options),
      started_(options.started),
      notes_(metrics),
      gauge_(metrics.GetGauge("clusterwire_rpc_open_streams", "Streams open now")),
      slow_readers_(metrics.GetCounter("clusterwire_rpc_slow_readers_total",
                                       "Streams cut off since nobody read them")),
      collector_(metrics.OnRender(
          [this, gauge = metrics.GetGauge("clusterwire_rpc_stream_bytes",
                                          "Outgoing bytes that streams hold now")]() mutable {
            gauge.Set(static_cast<double>(stream_bytes_));
          })),
      caller_limits_(metrics, clock, options.callers),
      identifying_(metrics, options.identifying),
      parking_(metrics, clock, random, options.parking),
      watcher_(clock, random, [this] {
        for (const auto& stream : Streams()) stream->Tick();
        return clock_.Now() + options_.tick;
      }) {}

std::vector<std::shared_ptr<StreamCore>> Runtime::Streams() const {
  MutexLock lock(mutex_);
  return streams_;
}

void Runtime::CutSlowReaders() {
  // Each turn takes back what one stream holds: of those whose client has taken nothing for a while
  // the one that waits longest, else the one that holds most, so never one that reads small things.
  while (stream_bytes_ > options_.stream_bytes) {
    std::shared_ptr<StreamCore> slowest;
    std::pair<absl::Duration, size_t> worst;
    for (const auto& stream : Streams()) {
      const StreamCore::Burden burden = stream->burden();
      const bool waits = burden.waits >= kQuickReader;
      const std::pair bad(waits ? burden.waits : absl::ZeroDuration(), burden.bytes);
      if (burden.bytes == 0 || (slowest != nullptr && bad <= worst)) continue;
      worst = bad;
      slowest = stream;
    }
    // One that has no message under way just now has one with its next step, which asks again.
    if (slowest == nullptr || !slowest->CutSlowReader()) return;
  }
}

void Runtime::Refuse(const absl::Status& status) {
  {
    MutexLock lock(mutex_);
    refusal_ = status;
    last_call_ = std::chrono::steady_clock::now();
    refusing_ = true;
  }
  identifying_.End(status);
}

absl::Status Runtime::refusal() const {
  if (!refusing_) return absl::OkStatus();
  MutexLock lock(mutex_);
  return refusal_;
}

absl::Status Runtime::StartingError() const {
  return WithRetryDelay(
      Error(absl::StatusCode::kUnavailable, "STARTING",
            "the service has not got all that it needs yet; an operator learns from "
            "OperationsService/Diagnose what is missing"),
      absl::Seconds(1));
}

void Runtime::EndStreams(const absl::Status& status) {
  for (const auto& stream : Streams()) stream->Cut(status);
}

void Runtime::AwaitCalls(SteadyTime until) {
  MutexLock lock(mutex_);
  while (calls_ > 0 || !streams_.empty()) {
    const auto left = until - std::chrono::steady_clock::now();
    if (left <= left.zero()) return;
    left_.WaitFor(mutex_, left);
  }
}

void Runtime::AwaitQuiet(std::chrono::milliseconds quiet, SteadyTime until) {
  MutexLock lock(mutex_);
  while (true) {
    const auto left = std::min(last_call_ + quiet, until) - std::chrono::steady_clock::now();
    if (left <= left.zero()) return;
    left_.WaitFor(mutex_, left);
  }
}

void Runtime::AwaitStreams() {
  MutexLock lock(mutex_);
  while (!streams_.empty()) left_.Wait(mutex_);
}

void Runtime::EnterCall() {
  MutexLock lock(mutex_);
  ++calls_;
  last_call_ = std::chrono::steady_clock::now();
}

void Runtime::LeaveCall() {
  MutexLock lock(mutex_);
  if (--calls_ == 0) left_.NotifyAll();
}

absl::Status Runtime::Enter(const std::shared_ptr<StreamCore>& stream) {
  MutexLock lock(mutex_);
  last_call_ = std::chrono::steady_clock::now();
  if (!refusal_.ok()) return refusal_;
  if (streams_.size() >= options_.max_streams) {
    return WithRetryDelay(
        Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_STREAMS",
              absl::StrCat(options_.max_streams,
                           " streams are open, as many as there may be; try again later")),
        absl::Seconds(5));
  }
  streams_.push_back(stream);
  gauge_.Set(static_cast<double>(streams_.size()));
  return absl::OkStatus();
}

void Runtime::Leave(const StreamCore* stream) {
  MutexLock lock(mutex_);
  std::erase_if(streams_, [&](const auto& entry) { return entry.get() == stream; });
  gauge_.Set(static_cast<double>(streams_.size()));
  left_.NotifyAll();
}

ThreadPool::ThreadPool(Runtime& runtime, Options options)
    : runtime_(runtime),
      name_(options.name),
      from_start_(options.from_start),
      executor_({.threads = options.threads, .queue_limit = options.queue_limit}),
      collector_(telemetry::CollectExecutor(runtime.metrics(), name_, executor_)) {}

absl::Status ThreadPool::FullError() const {
  return WithRetryDelay(
      Error(absl::StatusCode::kResourceExhausted, "QUEUE_FULL",
            absl::StrCat("the queue of ", name_, " is full; try again in a second")),
      absl::Seconds(1));
}

absl::Status ThreadPool::CheckTaken() const {
  if (absl::Status refusal = runtime_.refusal(); !refusal.ok()) return refusal;
  if (from_start_ || runtime_.started()) return absl::OkStatus();
  return runtime_.StartingError();
}

}  // namespace clusterwire::rpc
