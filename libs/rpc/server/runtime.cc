#include "libs/rpc/server/runtime.h"

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/rpc/stream/stream_core.h"

namespace clusterwire::rpc {

Runtime::Runtime(telemetry::Metrics& metrics, Clock& clock, Random& random, Options options)
    : metrics_(metrics),
      clock_(clock),
      random_(random),
      options_(options),
      started_(options.started),
      gauge_(metrics.GetGauge("clusterwire_rpc_open_streams", "Streams open now")),
      parking_(metrics, clock, random, options.parking),
      watcher_(clock, random, [this] {
        for (const auto& stream : Streams()) stream->Tick(clock_.Now());
        return clock_.Now() + options_.tick;
      }) {}

std::vector<std::shared_ptr<StreamCore>> Runtime::Streams() const {
  MutexLock lock(mutex_);
  return streams_;
}

void Runtime::EndStreams(const absl::Status& status) {
  std::vector<std::shared_ptr<StreamCore>> streams;
  {
    MutexLock lock(mutex_);
    ended_ = status;
    streams = streams_;
  }
  for (const auto& stream : streams) stream->Cut(status);
}

void Runtime::AwaitStreams() {
  MutexLock lock(mutex_);
  while (!streams_.empty()) left_.Wait(mutex_);
}

absl::Status Runtime::Enter(const std::shared_ptr<StreamCore>& stream) {
  MutexLock lock(mutex_);
  if (!ended_.ok()) return ended_;
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

absl::Status ThreadPool::CheckStarted() const {
  if (from_start_ || runtime_.started()) return absl::OkStatus();
  return WithRetryDelay(
      Error(absl::StatusCode::kUnavailable, "STARTING",
            "the service has not got all that it needs yet; an operator learns from "
            "OperationsService/Diagnose what is missing"),
      absl::Seconds(1));
}

}  // namespace clusterwire::rpc
