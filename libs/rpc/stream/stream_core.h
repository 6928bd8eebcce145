#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include "libs/base/threads/mutex.h"
#include "libs/rpc/admission/admission.h"
#include "libs/rpc/call/incoming.h"
#include "libs/rpc/server/runtime.h"
#include "libs/rpc/stream/source.h"

namespace clusterwire::rpc {

// The part of a stream that doesn't depend on its messages: when a step is asked for, when a
// message goes out, when and how the stream ends. Part of run_stream.h; handlers have no use for
// it.
//
// Kept alive by itself until gRPC is done with it, and by a step that runs. gRPC's reactions and
// the pool's steps meet under one lock, which is never held while a step runs or while what a step
// captured is destroyed: a step may hold locks under which others call the Waker.
class StreamCore : public std::enable_shared_from_this<StreamCore> {
 public:
  StreamCore(ThreadPool& pool, grpc::CallbackServerContext* context, Admission::Kind kind);
  virtual ~StreamCore() = default;
  StreamCore(const StreamCore&) = delete;
  StreamCore& operator=(const StreamCore&) = delete;

  // Once, after construction.
  void Start();
  void Wake();
  // Ends the stream now; what is queued is dropped.
  void Cut(const absl::Status& status);
  // Looks whether the client stalls and whether a step is due.
  void Tick();
  struct Burden {
    absl::Duration waits = absl::ZeroDuration();  // for the client to take the message under way
    size_t bytes = 0;                             // held for the client
  };
  Burden burden();
  // Ends the stream of a client that doesn't take its message, and takes that message back. False
  // when there is none under way.
  bool CutSlowReader();

 protected:
  // What one step may put out.
  struct Room {
    size_t messages;
    size_t bytes;
  };

  // What the messages' side does. Locked ones are called with the lock held.
  // On the pool, never by two threads at once. What goes out is put into `out`.
  virtual absl::StatusOr<Pump> Step(Room room, std::vector<grpc::ByteBuffer>& out) = 0;
  virtual void DropSource() = 0;      // likewise, or when no step can come any more
  virtual void LockedBeforeStep() {}  // hands over what was received
  virtual void LockedStartWrite(const grpc::ByteBuffer* message) = 0;
  virtual void LockedFinish(const grpc::Status& status) = 0;

  // For the reactions.
  void OnWritten(bool ok);
  void OnGone();  // the client went away
  void OnOver();  // gRPC is done; `this` may be gone afterwards

  Waker MakeWaker();
  Mutex& mutex() { return mutex_; }
  void LockedWake() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool LockedOpen() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !closing_; }
  const CallContext& call() const { return log_.call(); }
  const StreamLimits& limits() const { return pool_.runtime().stream_limits(); }

 private:
  // It is known who opens the stream.
  void Enter(Identified who);
  // The same once more, of a stream that is open.
  void AskAgain();
  void TakeAgain(absl::StatusOr<Caller> who);
  // Notes the number of what is asked; where the client is gone by now, nothing waits for it.
  void CancelIfGone(uint64_t id);
  // On the pool, before a step: whether they may, if it was asked who they are since the last one.
  absl::Status CheckRights();
  void RunStep();
  void LockedTick() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Leave();
  // Whether a step may begin, and what it may put out.
  bool LockedBeginStep(Room* room) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LockedPump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LockedAdvance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LockedCut(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LockedCutSlowReader() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LockedTakeBack() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LockedSendStatus() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // The outgoing queue. Its bytes count for the runtime too, until gRPC has written them.
  void LockedQueue(std::vector<grpc::ByteBuffer> messages) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LockedDropQueue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LockedUncountWritten() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Duration now() const { return pool_.runtime().clock().Uptime(); }

  ThreadPool& pool_;
  grpc::CallbackServerContext* const context_;  // valid until OnOver()
  const Admission admission_;
  bool entered_ = false;  // with rights; the steps'
  Mutex mutex_;
  // Its caller is written under the lock, by no other thread once a step runs.
  CallLog log_;
  std::optional<Caller> identified_ ABSL_GUARDED_BY(mutex_);  // whose rights aren't known yet
  absl::Duration last_check_ ABSL_GUARDED_BY(mutex_);
  absl::Duration last_proof_ ABSL_GUARDED_BY(mutex_);  // the last check that found who it is
  uint64_t identifying_ ABSL_GUARDED_BY(mutex_) = 0;
  CallerLimits::Place place_ ABSL_GUARDED_BY(mutex_);
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;     // a step is wanted
  bool stepping_ ABSL_GUARDED_BY(mutex_) = false;  // a step is posted or runs
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;   // no further step; `outcome_` is known
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;  // the status went out
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status outcome_ ABSL_GUARDED_BY(mutex_);
  absl::Duration write_start_ ABSL_GUARDED_BY(mutex_);  // times of the clock's uptime
  absl::Duration last_step_ ABSL_GUARDED_BY(mutex_);
  std::deque<grpc::ByteBuffer> queue_ ABSL_GUARDED_BY(mutex_);
  size_t queued_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  grpc::ByteBuffer written_ ABSL_GUARDED_BY(mutex_);  // untouched until gRPC has written it
  size_t written_bytes_ ABSL_GUARDED_BY(mutex_) = 0;  // of it that count for the runtime
  std::shared_ptr<StreamCore> self_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::rpc
