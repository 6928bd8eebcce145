#include "libs/rpc/stream/stream_core.h"

#include <utility>

#include <grpc/grpc.h>

#include "libs/base/status/error.h"
#include "libs/telemetry/trace.h"

namespace clusterwire::rpc {
namespace {

constexpr int kMaxUnproved = 6;  // checks in a row

constexpr char kTooSlow[] =
    "the stream was not read fast enough; read it steadily, and resume from the last message you "
    "have";

absl::Status RightsChanged() {
  return Error(absl::StatusCode::kUnavailable, "RIGHTS_CHANGED",
               "what you may see has changed since the stream was opened; connect again and resume "
               "from the last message you have");
}

}  // namespace

StreamCore::StreamCore(ThreadPool& pool, grpc::CallbackServerContext* context, Admission::Kind kind)
    : pool_(pool),
      context_(context),
      admission_(pool, *context, kind),
      log_(pool.runtime(), admission_.call()) {}

void StreamCore::Start() {
  {
    MutexLock lock(mutex_);
    self_ = shared_from_this();
    last_step_ = now();
  }
  const uint64_t id = admission_.Ask([weak = weak_from_this()](Identified who) {
    if (const auto stream = weak.lock()) stream->Enter(std::move(who));
  });
  CancelIfGone(id);
}

void StreamCore::Enter(Identified who) {
  MutexLock lock(mutex_);
  if (closing_) return;
  log_.SetCaller(who.caller);
  identified_ = std::move(who.caller);
  last_check_ = last_proof_ = now();
  if (who.status.ok()) who.status = pool_.CheckTaken();  // it may have stopped meanwhile
  if (who.status.ok()) who.status = pool_.runtime().Enter(shared_from_this());
  if (!who.status.ok()) return LockedCut(who.status);
  place_ = std::move(who.place);
  LockedWake();
  // A stream that is open waits when the queue is full; one that isn't yet is refused.
  if (!stepping_) LockedCut(pool_.FullError());
}

absl::Status StreamCore::CheckRights() {
  std::optional<Caller> who;
  {
    MutexLock lock(mutex_);
    who.swap(identified_);
  }
  if (!who) return absl::OkStatus();
  ASSIGN_OR_RETURN(Caller caller, admission_.Enter(*std::move(who)));
  // What the stream was opened with is in its source; it can only be opened anew.
  if (entered_) return caller == call().caller ? absl::OkStatus() : RightsChanged();
  entered_ = true;
  MutexLock lock(mutex_);
  log_.SetCaller(std::move(caller));
  return absl::OkStatus();
}

void StreamCore::AskAgain() {
  const uint64_t id = admission_.AskAgain([weak = weak_from_this()](absl::StatusOr<Caller> who) {
    if (const auto stream = weak.lock()) stream->TakeAgain(std::move(who));
  });
  CancelIfGone(id);
}

void StreamCore::CancelIfGone(uint64_t id) {
  bool gone = false;
  {
    MutexLock lock(mutex_);
    identifying_ = id;
    gone = closing_;
  }
  if (gone) pool_.runtime().identifying().Cancel(id);
}

void StreamCore::TakeAgain(absl::StatusOr<Caller> who) {
  MutexLock lock(mutex_);
  if (closing_) return;
  if (who.ok()) {
    identified_ = *std::move(who);
    last_proof_ = now();
    return LockedWake();
  }
  // That there was no room to ask says nothing of the caller, for a while.
  const bool no_room = absl::IsResourceExhausted(who.status());
  if (!no_room || now() - last_proof_ >= kMaxUnproved * limits().recheck) LockedCut(who.status());
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
  const bool room =
      queue_.size() < limits().queued_messages && queued_bytes_ < limits().queued_bytes;
  if (closing_ || stepping_ || !woken_ || !room) return;
  stepping_ = pool_.TryPost([self = shared_from_this()] { self->RunStep(); });
  if (stepping_) woken_ = false;  // else the next tick tries again
}

bool StreamCore::LockedBeginStep(Room* room) {
  // A client that broke off looks like one that has sent its last message, until gRPC says more.
  if (!closing_ && context_->IsCancelled()) LockedCut(absl::CancelledError("the client went away"));
  if (closing_) return false;
  *room = {limits().queued_messages - queue_.size(), limits().queued_bytes - queued_bytes_};
  LockedBeforeStep();
  return true;
}

void StreamCore::RunStep() {
  bool begun = false;
  Room room{};
  {
    MutexLock lock(mutex_);
    begun = LockedBeginStep(&room);
  }
  absl::StatusOr<Pump> pump = Pump::kDone;
  std::vector<grpc::ByteBuffer> out;
  if (begun) {
    const telemetry::TraceScope scope(call().trace);
    const absl::Status allowed = CheckRights();
    if (allowed.ok()) {
      pump = Step(room, out);
    } else {
      Cut(allowed);  // and nothing more of what is queued
    }
  }
  // Nothing calls the source any more, and what it captured may take locks while it goes.
  if (!pump.ok() || *pump == Pump::kDone) DropSource();
  bool drop = false;
  {
    MutexLock lock(mutex_);
    drop = closing_;  // closed while the step ran
    if (!closing_) {
      LockedQueue(std::move(out));
      last_step_ = now();
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
  if (!drop) return pool_.runtime().CutSlowReaders();
  DropSource();
  bool over = false;
  {
    MutexLock lock(mutex_);
    stepping_ = false;
    over = over_;
  }
  if (over) Leave();
}

void StreamCore::LockedAdvance() {
  if (finished_) return;
  if (!writing_ && !queue_.empty()) {
    writing_ = true;
    write_start_ = now();
    written_.Swap(&queue_.front());
    queue_.pop_front();
    written_bytes_ = written_.Length();
    queued_bytes_ -= written_bytes_;
    LockedStartWrite(&written_);
  }
  if (closing_ && !writing_ && queue_.empty()) return LockedSendStatus();
  LockedPump();
}

void StreamCore::LockedQueue(std::vector<grpc::ByteBuffer> messages) {
  size_t bytes = 0;
  for (grpc::ByteBuffer& message : messages) {
    bytes += message.Length();
    queue_.emplace_back().Swap(&message);
  }
  queued_bytes_ += bytes;
  pool_.runtime().AddStreamBytes(static_cast<int64_t>(bytes));
}

void StreamCore::LockedDropQueue() {
  pool_.runtime().AddStreamBytes(-static_cast<int64_t>(queued_bytes_));
  queue_.clear();
  queued_bytes_ = 0;
}

void StreamCore::LockedUncountWritten() {
  pool_.runtime().AddStreamBytes(-static_cast<int64_t>(std::exchange(written_bytes_, 0)));
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
  LockedUncountWritten();
  written_.Clear();
  writing_ = false;
  if (!ok) return LockedCut(absl::CancelledError("the client went away"));
  LockedAdvance();
}

void StreamCore::Tick() {
  bool ask = false;
  {
    MutexLock lock(mutex_);
    LockedTick();
    ask = !closing_ && now() - last_check_ >= limits().recheck;
    if (ask) last_check_ = now();
  }
  if (ask) AskAgain();
}

void StreamCore::LockedTick() {
  if (over_) return;
  if (writing_ && finished_ && now() - write_start_ >= limits().reset) return LockedTakeBack();
  if (writing_ && !finished_ && now() - write_start_ >= limits().stall) {
    return LockedCutSlowReader();
  }
  if (now() - last_step_ >= limits().poll) woken_ = true;
  LockedPump();
}

StreamCore::Burden StreamCore::burden() {
  MutexLock lock(mutex_);
  if (over_) return {};
  return {.waits = written_bytes_ > 0 ? now() - write_start_ : absl::ZeroDuration(),
          .bytes = queued_bytes_ + written_bytes_};
}

bool StreamCore::CutSlowReader() {
  MutexLock lock(mutex_);
  if (written_bytes_ == 0 || over_) return false;
  LockedCutSlowReader();
  LockedTakeBack();
  LockedUncountWritten();
  return true;
}

// The status queues behind the message that isn't taken.
void StreamCore::LockedCutSlowReader() {
  if (finished_) return;
  write_start_ = now();
  pool_.runtime().CountSlowReader();
  LockedCut(Error(absl::StatusCode::kResourceExhausted, "SLOW_READER", kTooSlow));
}

// For a client that takes the status no more than the message: gRPC drops both, and tells it the
// code and the text alone should it ever read again.
void StreamCore::LockedTakeBack() {
  grpc_call_cancel_with_status(context_->c_call(), GRPC_STATUS_RESOURCE_EXHAUSTED, kTooSlow,
                               nullptr);
}

void StreamCore::OnGone() {
  uint64_t identifying = 0;
  {
    MutexLock lock(mutex_);
    LockedCut(absl::CancelledError("the client went away"));
    identifying = identifying_;
  }
  pool_.runtime().identifying().Cancel(identifying);  // nothing when it is answered
}

void StreamCore::OnOver() {
  std::shared_ptr<StreamCore> self;
  bool idle = false;
  {
    MutexLock lock(mutex_);
    over_ = true;
    closing_ = true;
    LockedDropQueue();
    LockedUncountWritten();
    idle = !stepping_;
    self = std::move(self_);
  }
  if (!idle) return;  // the step that still runs drops and leaves
  DropSource();
  Leave();
}

void StreamCore::Leave() {
  {
    MutexLock lock(mutex_);
    place_ = {};
  }
  pool_.runtime().Leave(this);
}

}  // namespace clusterwire::rpc
