#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/base/threads/executor.h"
#include "libs/rpc/call/authenticator.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::rpc {

// Calls of which it has to be found out who makes them. Most are known at once and never get here;
// what costs time, as a token that is seen for the first time does, runs on threads of its own, and
// who has to wait for an issuer holds none. Safe for use from any thread.
class Identifying {
 public:
  struct Options {
    size_t limit = 1000;        // calls that wait for an issuer at once
    size_t address_limit = 50;  // of them from one address
    int threads = 2;
    size_t queue_limit = 1000;  // calls in front of the threads
  };
  // Called once, under no lock, perhaps before Ask() returns: it must not block.
  using Then = std::function<void(absl::StatusOr<Caller>)>;

  explicit Identifying(telemetry::Metrics& metrics) : Identifying(metrics, Options()) {}
  Identifying(telemetry::Metrics& metrics, Options options);
  // Waits for what its threads do.
  ~Identifying() = default;
  Identifying(const Identifying&) = delete;
  Identifying& operator=(const Identifying&) = delete;

  // Asks `authenticator`, which outlives this, and calls `then` with its answer; with
  // RESOURCE_EXHAUSTED, reason QUEUE_FULL or TOO_MANY_WAITING, where there is no room. The result
  // is for Cancel(). An answer may come when this is long gone, and does nothing then.
  uint64_t Ask(Authenticator& authenticator, Shown shown, Then then);
  // Answers with CANCELLED if it still waits.
  void Cancel(uint64_t id);
  // Answers all with `status`, also those that come from now on.
  void End(const absl::Status& status);

 private:
  class Register;

  const std::shared_ptr<Register> register_;
  Executor executor_;
  telemetry::Metrics::Collector collector_;
};

}  // namespace clusterwire::rpc
