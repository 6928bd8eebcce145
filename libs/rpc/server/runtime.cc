#include "libs/rpc/server/runtime.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/rpc/stream/stream_core.h"
#include "libs/telemetry/executor_metrics.h"

namespace clusterwire::rpc {

Runtime::Runtime(telemetry::Metrics& metrics, Clock& clock, Random& random, Options options)
    : metrics_(metrics), clock_(clock), random_(random), options_(options), watcher_([this] {
        Watch();
      }) {}

Runtime::~Runtime() {
  stopping_ = true;
  stop_.Notify();
  watcher_.join();
}

void Runtime::Watch() {
  while (!stopping_) {
    clock_.WaitUntil(stop_, clock_.Now() + options_.tick);
    if (stopping_) return;
    for (const auto& stream : Streams()) stream->Tick(clock_.Now());
  }
}

std::vector<std::shared_ptr<StreamCore>> Runtime::Streams() const {
  MutexLock lock(mutex_);
  return streams_;
}

size_t Runtime::open_streams() const {
  MutexLock lock(mutex_);
  return streams_.size();
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

void Runtime::TakeStreams() {
  MutexLock lock(mutex_);
  ended_ = absl::OkStatus();
}

absl::Status Runtime::Enter(const std::shared_ptr<StreamCore>& stream) {
  size_t open = 0;
  absl::Status refusal;
  {
    MutexLock lock(mutex_);
    refusal = ended_;
    if (refusal.ok() && streams_.size() >= options_.max_streams) {
      refusal = WithRetryDelay(
          Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_STREAMS",
                absl::StrCat(options_.max_streams,
                             " streams are open, as many as there may be; try again later")),
          absl::Seconds(5));
    }
    if (refusal.ok()) streams_.push_back(stream);
    open = streams_.size();
  }
  metrics_.GetGauge("clusterwire_rpc_open_streams", "Streams open now")
      .Set(static_cast<double>(open));
  return refusal;
}

void Runtime::Leave(const StreamCore* stream) {
  size_t open = 0;
  {
    MutexLock lock(mutex_);
    std::erase_if(streams_, [&](const auto& entry) { return entry.get() == stream; });
    open = streams_.size();
    left_.NotifyAll();
  }
  metrics_.GetGauge("clusterwire_rpc_open_streams", "Streams open now")
      .Set(static_cast<double>(open));
}

Lane::Lane(Runtime& runtime, Options options)
    : runtime_(runtime),
      name_(options.name),
      executor_({.threads = options.threads, .queue_limit = options.queue_limit}),
      collector_(telemetry::CollectExecutor(runtime.metrics(), name_, executor_)) {}

absl::Status Lane::FullError() const {
  return WithRetryDelay(
      Error(absl::StatusCode::kResourceExhausted, "QUEUE_FULL",
            absl::StrCat("the queue of ", name_, " is full; try again in a second")),
      absl::Seconds(1));
}

}  // namespace clusterwire::rpc
