#include "libs/rpc/call/run_unary.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "libs/base/status/error.h"
#include "libs/base/threads/mutex.h"
#include "libs/rpc/admission/admission.h"
#include "libs/rpc/call/incoming.h"
#include "libs/telemetry/trace.h"

namespace clusterwire::rpc {
namespace {

constexpr absl::Duration kMaxWait = absl::Seconds(10);        // for a revision
constexpr absl::Duration kReserve = absl::Milliseconds(100);  // what an answer needs to get back

// One call from its arrival to its status: it is let in and runs on the pool, where it looks
// whether its revision is there, and may be parked in between; or ends at once. Keeps itself until
// gRPC is done with it; who may still use it after that, because the call can end on another
// thread, holds a pointer.
class UnaryCall final : public grpc::ServerUnaryReactor,
                        public std::enable_shared_from_this<UnaryCall> {
 public:
  UnaryCall(ThreadPool& pool, grpc::CallbackServerContext* context, UnaryWork work)
      : pool_(pool),
        context_(context),
        admission_(pool, *context, Admission::Kind::kUnary),
        log_(pool.runtime(), admission_.call()),
        work_(std::move(work)),
        alive_until_(clock().Uptime() + (log_.call().deadline - clock().Now())) {
    pool_.runtime().EnterCall();
  }
  ~UnaryCall() override { pool_.runtime().LeaveCall(); }

  // One of these two, once, after construction. `reader` may be null: the call then waits for no
  // revision.
  void Start(const Parking::Progress* reader, int64_t revision) {
    LetIn([this, reader, revision] {
      const bool there = reader == nullptr || reader->revision() >= revision;
      there ? Run() : Await(*reader, revision);
    });
  }
  void Start(Ask ask) {
    LetIn([this, ask = std::move(ask)] { AskFirst(ask); });
  }
  void StartLater(Begin begin) {
    LetIn([this, begin = std::move(begin)] { RunBegin(begin); });
  }

 private:
  // Runs `step` on the pool, if the caller is let in.
  void LetIn(std::function<void()> step) {
    self_ = shared_from_this();
    const uint64_t id =
        admission_.Ask([weak = weak_from_this(), step = std::move(step)](Identified who) mutable {
          if (const auto self = weak.lock()) self->Enter(std::move(who), std::move(step));
        });
    bool cancelled = false;
    {
      MutexLock lock(mutex_);
      identifying_ = id;
      cancelled = cancelled_;
    }
    if (cancelled) pool_.runtime().identifying().Cancel(id);
  }
  void Enter(Identified who, std::function<void()> step) {
    log_.SetCaller(std::move(who.caller));
    if (who.status.ok()) who.status = pool_.CheckTaken();  // it may have stopped meanwhile
    if (!who.status.ok()) return End(who.status);
    Post([this, step = std::move(step)] {
      if (const absl::Status status = CheckRights(); !status.ok()) return End(status);
      step();
    });
  }
  absl::Status CheckRights() {
    RETURN_IF_ERROR(CheckAlive());
    const telemetry::TraceScope scope(log_.call().trace);
    ASSIGN_OR_RETURN(Caller caller, admission_.Enter(log_.call().caller));
    log_.SetCaller(std::move(caller));
    return absl::OkStatus();
  }

  Clock& clock() const { return pool_.runtime().clock(); }

  void Post(std::function<void()> step) {
    if (!pool_.TryPost(std::move(step))) End(pool_.FullError());
  }

  // On the pool, as is Run(): the database is asked.
  void Await(const Parking::Progress& reader, int64_t revision) {
    const auto self = shared_from_this();
    const absl::Status written = CheckAlive().ok() ? reader.CheckWritten(revision) : CheckAlive();
    if (!written.ok()) return End(written);
    Runtime& runtime = pool_.runtime();
    const absl::Time until =
        clock().Now() + std::min(alive_until_ - clock().Uptime() - kReserve, kMaxWait);
    const uint64_t id = runtime.parking().Park(
        reader, revision, log_.call().peer, until, [this](const absl::Status& status) {
          status.ok() ? Post([this] { Run(); }) : End(status);
        });
    bool cancelled = false;
    {
      MutexLock lock(mutex_);
      parked_ = id;
      cancelled = cancelled_;
    }
    if (cancelled) runtime.parking().Cancel(id);
  }

  // On the pool. While `ask` runs the call can't end, since that reads the request.
  void AskFirst(const Ask& ask) {
    const auto self = shared_from_this();
    absl::Status begun = CheckAlive();
    if (begun.ok()) {
      const telemetry::TraceScope scope(log_.call().trace);
      begun =
          ask(log_.call(), [self](absl::Status status) { self->TakeAnswer(std::move(status)); });
    }
    if (!begun.ok()) TakeAnswer(std::move(begun));
    absl::Status answer;
    {
      MutexLock lock(mutex_);
      waiting_ = true;
      if (!answer_) return;
      answer = *answer_;
    }
    GoOn(answer);
  }
  // The first one counts.
  void TakeAnswer(absl::Status status) {
    bool waiting = false;
    {
      MutexLock lock(mutex_);
      if (answer_) return;
      answer_ = status;
      waiting = waiting_;
    }
    if (waiting) GoOn(status);
  }
  void GoOn(const absl::Status& answer) {
    answer.ok() ? Post([this] { Run(); }) : End(answer);
  }

  // On the pool. Who is called back there ends the call at once; another thread has other calls to
  // call back, and leaves that to the pool.
  void RunBegin(const Begin& begin) {
    const auto self = shared_from_this();
    absl::Status status = CheckAlive();
    if (status.ok()) {
      const telemetry::TraceScope scope(log_.call().trace);
      status = begin(log_.call(), [self, here = std::this_thread::get_id()](absl::Status result) {
        if (std::this_thread::get_id() == here ||
            !self->pool_.TryPost([self, result] { self->End(result); })) {
          self->End(result);
        }
      });
    }
    if (!status.ok()) End(status);
  }

  void Run() {
    absl::Status status = CheckAlive();
    if (status.ok()) {
      const telemetry::TraceScope scope(log_.call().trace);
      status = work_(log_.call());
    }
    End(status);
  }

  absl::Status CheckAlive() const {
    if (context_->IsCancelled()) return absl::CancelledError("the client went away");
    if (alive_until_ <= clock().Uptime()) {
      return absl::DeadlineExceededError("the deadline passed before the call was run");
    }
    return absl::OkStatus();
  }

  // The last use of `this`, unless a pointer is held.
  void End(const absl::Status& status) { Finish(log_.Finish(status)); }

  void OnCancel() override {
    uint64_t identifying = 0, parked = 0;
    {
      MutexLock lock(mutex_);
      cancelled_ = true;
      identifying = identifying_;
      parked = parked_;
    }
    pool_.runtime().identifying().Cancel(identifying);  // nothing when it is answered
    if (parked != 0) {
      pool_.runtime().parking().Cancel(parked);
    } else {
      TakeAnswer(absl::CancelledError("the client went away"));
    }
  }
  void OnDone() override { const auto self = std::move(self_); }

  ThreadPool& pool_;
  grpc::CallbackServerContext* const context_;
  const Admission admission_;
  CallLog log_;
  const UnaryWork work_;
  const absl::Duration alive_until_;  // the deadline, by a clock that can't be set
  Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t identifying_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t parked_ ABSL_GUARDED_BY(mutex_) = 0;
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;                // for an answer, with `ask` done
  std::optional<absl::Status> answer_ ABSL_GUARDED_BY(mutex_);  // to what was asked
  std::shared_ptr<UnaryCall> self_;                             // until gRPC is done
};

// `first` is what UnaryCall::Start() gets.
template <typename... First>
grpc::ServerUnaryReactor* Start(ThreadPool& pool, grpc::CallbackServerContext* context,
                                UnaryWork work, First... first) {
  const auto unary = std::make_shared<UnaryCall>(pool, context, std::move(work));
  unary->Start(std::move(first)...);
  return unary.get();  // keeps itself
}

}  // namespace

grpc::ServerUnaryReactor* RunUnary(ThreadPool& pool, grpc::CallbackServerContext* context,
                                   UnaryWork work) {
  const Parking::Progress* const no_reader = nullptr;
  return Start(pool, context, std::move(work), no_reader, int64_t{0});
}

grpc::ServerUnaryReactor* RunAtRevision(ThreadPool& pool, grpc::CallbackServerContext* context,
                                        const Parking::Progress& reader, int64_t revision,
                                        UnaryWork work) {
  return Start(pool, context, std::move(work), &reader, revision);
}

grpc::ServerUnaryReactor* RunLater(ThreadPool& pool, grpc::CallbackServerContext* context,
                                   Begin begin) {
  const auto unary = std::make_shared<UnaryCall>(pool, context, nullptr);
  unary->StartLater(std::move(begin));
  return unary.get();  // keeps itself
}

grpc::ServerUnaryReactor* RunAfter(ThreadPool& pool, grpc::CallbackServerContext* context, Ask ask,
                                   UnaryWork work) {
  return Start(pool, context, std::move(work), std::move(ask));
}

}  // namespace clusterwire::rpc
