#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include <grpcpp/server_context.h>

#include "libs/rpc/admission/caller_limits.h"
#include "libs/rpc/call/authenticator.h"
#include "libs/rpc/call/call_context.h"
#include "libs/rpc/server/runtime.h"

namespace clusterwire::rpc {

// Who makes a call, before anything is known of their rights; or why the call ends here.
struct Identified {
  absl::Status status;
  Caller caller = {};
  CallerLimits::Place place = {};  // of a stream
};

// The way of a call to its handler, the same for all runners:
//
//   metadata ─► taken? ─► known? ─► their limits ─► pool: rights ─► view-as ─► access ─► handler
//                           └─► tries of their address ─► threads of identities ─┘
//
// Ask() goes as far as the pool, Enter() the rest. Each step may refuse, and nothing that a request
// asks for is looked at before the last.
class Admission {
 public:
  // A stream for all says the same to everybody, as reflection does: who shows what doesn't hold,
  // or isn't known yet, counts as the public, so that the call that is asked about can say what is
  // wrong. It is never asked again who opened it.
  enum class Kind { kUnary, kStream, kStreamForAll };

  // Reads what `context` has of the call. `pool` outlives this.
  Admission(ThreadPool& pool, const grpc::ServerContextBase& context, Kind kind);
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  // What is known of the call from the start: all but the caller.
  const CallContext& call() const { return call_; }

  using Then = std::function<void(Identified)>;
  // Calls `then` once, under no lock: nearly always before it returns, and from another thread
  // where that isn't known at once. The result is for Identifying::Cancel(), which knows no 0.
  uint64_t Ask(Then then) const;

  // For a stream that stays open: asks again who opened it, since a token or a certificate runs
  // out. `then` and the result as above; nothing is counted.
  using ThenAgain = std::function<void(absl::StatusOr<Caller>)>;
  uint64_t AskAgain(ThenAgain then) const;

  // On the pool: `caller` with all their rights, if they may call this method.
  absl::StatusOr<Caller> Enter(Caller caller) const;

 private:
  ThreadPool& pool_;
  const Kind kind_;
  CallContext call_;
  Shown shown_;
  std::vector<std::string> view_as_;
  absl::Status metadata_;  // whether it may be so large
};

}  // namespace clusterwire::rpc
