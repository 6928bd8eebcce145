#include "libs/rpc/server/thread_pool.h"

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/telemetry/executor_metrics.h"

namespace clusterwire::rpc {

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
