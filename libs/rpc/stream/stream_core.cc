#include "libs/rpc/stream/stream_core.h"

#include <utility>

#include "libs/base/status/error.h"
#include "libs/telemetry/trace.h"

namespace clusterwire::rpc {

StreamCore::StreamCore(Lane& lane, grpc::CallbackServerContext* context, CallContext call)
    : lane_(lane), context_(context), log_(lane.runtime(), std::move(call)) {}

void StreamCore::Start(const absl::Status& refusal) {
  {
    MutexLock lock(mutex_);
    self_ = shared_from_this();
    last_step_ = lane_.runtime().clock().Now();
  }
  const absl::Status status = refusal.ok() ? lane_.runtime().Enter(shared_from_this()) : refusal;
  MutexLock lock(mutex_);
  if (!status.ok()) return LockedCut(status);
  LockedWake();
  // A stream that is open waits when the lane is full; one that isn't yet is refused.
  if (!stepping_) LockedCut(lane_.FullError());
}

void StreamCore::Wake() {
  MutexLock lock(mutex_);
  LockedWake();
}

Waker StreamCore::MakeWaker() {
  return [weak = weak_from_this()] {
    if (const auto stream = weak.lock()) stream->Wake();
  };
}

void StreamCore::LockedWake() {
  woken_ = true;
  LockedPump();
}

void StreamCore::LockedPump() {
  if (closing_ || stepping_ || !woken_ || !LockedHasRoom()) return;
  stepping_ = lane_.TryPost([self = shared_from_this()] { self->RunStep(); });
  if (stepping_) woken_ = false;  // else the next tick tries again
}

void StreamCore::RunStep() {
  bool closing = false;
  {
    MutexLock lock(mutex_);
    closing = closing_;
    if (!closing) LockedBeforeStep();
  }
  absl::StatusOr<Pump> pump = Pump::kDone;
  if (!closing) {
    const telemetry::TraceScope scope(call().trace);
    pump = Step();
  }
  // Nothing calls the source any more, and what it captured may take locks while it goes.
  if (closing || !pump.ok() || *pump == Pump::kDone) DropSource();
  bool drop = false;
  {
    MutexLock lock(mutex_);
    drop = closing_;  // closed while the step ran
    if (!closing_) {
      LockedTakeBatch();
      last_step_ = lane_.runtime().clock().Now();
      if (!pump.ok() || *pump == Pump::kDone) {
        closing_ = true;
        outcome_ = pump.status();
      } else if (*pump == Pump::kMore) {
        woken_ = true;
      }
    }
    if (!drop) {
      stepping_ = false;
      LockedAdvance();
    }
  }
  if (!drop) return;
  DropSource();
  bool over = false;
  {
    MutexLock lock(mutex_);
    stepping_ = false;
    over = over_;
  }
  if (over) lane_.runtime().Leave(this);
}

void StreamCore::LockedAdvance() {
  if (finished_) return;
  if (!writing_ && LockedQueued() > 0) {
    writing_ = true;
    write_start_ = lane_.runtime().clock().Now();
    LockedStartWrite();
  }
  if (closing_ && !writing_ && LockedQueued() == 0) return LockedSendStatus();
  LockedPump();
}

void StreamCore::LockedSendStatus() {
  finished_ = true;
  LockedFinish(log_.Finish(outcome_));
}

void StreamCore::LockedCut(const absl::Status& status) {
  if (finished_) return;
  closing_ = true;
  outcome_ = status;
  LockedDropQueue();
  LockedSendStatus();
}

void StreamCore::Cut(const absl::Status& status) {
  MutexLock lock(mutex_);
  LockedCut(status);
}

void StreamCore::OnWritten(bool ok) {
  MutexLock lock(mutex_);
  writing_ = false;
  if (!ok) return LockedCut(absl::CancelledError("the client went away"));
  LockedAdvance();
}

void StreamCore::Tick(absl::Time now) {
  MutexLock lock(mutex_);
  if (over_) return;
  if (writing_ && now - write_start_ >= limits().stall) {
    // The status queues behind the message that nobody takes; after another while, the connection's
    // stream itself is reset.
    if (finished_) return context_->TryCancel();
    write_start_ = now;
    lane_.runtime()
        .metrics()
        .GetCounter("clusterwire_rpc_slow_readers_total", "Streams cut off since nobody read them")
        .Add();
    return LockedCut(Error(absl::StatusCode::kResourceExhausted, "SLOW_READER",
                           "the stream was not read fast enough; read it steadily, and resume "
                           "from the last message you have"));
  }
  if (now - last_step_ >= limits().poll) woken_ = true;
  LockedPump();
}

void StreamCore::OnOver() {
  std::shared_ptr<StreamCore> self;
  bool idle = false;
  {
    MutexLock lock(mutex_);
    over_ = true;
    closing_ = true;
    idle = !stepping_;
    self = std::move(self_);
  }
  if (!idle) return;  // the step that still runs drops and leaves
  DropSource();
  lane_.runtime().Leave(this);
}

}  // namespace clusterwire::rpc
