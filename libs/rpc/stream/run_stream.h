#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include <grpcpp/support/server_callback.h>

#include "libs/rpc/call/incoming.h"
#include "libs/rpc/stream/source.h"
#include "libs/rpc/stream/stream_core.h"

// Streaming methods by the pump model of source.h: no handler writes a reactor of its own. `open`
// runs first, on the pool, checks the request and returns the step function; the Waker it gets is
// what wakes the stream later.
//
//   grpc::ServerWriteReactor<StreamInboxResponse>* StreamInbox(
//       grpc::CallbackServerContext* context, const StreamInboxRequest* request) override {
//     return rpc::RunServerStream<StreamInboxResponse>(
//         reads_, context,
//         [this, request = *request](const rpc::CallContext& call, rpc::Waker wake) {
//           return inbox_.Open(call, request, std::move(wake));  // absl::StatusOr<rpc::Source<…>>
//         });
//   }
//
// Bounds are the runtime's StreamLimits. A stream ends with the step function's status, when the
// client goes away, when it stalls (RESOURCE_EXHAUSTED, SLOW_READER), and by Runtime::EndStreams().
namespace clusterwire::rpc {

// The outgoing half.
template <typename Response>
class OutStream : public StreamCore {
 public:
  using StreamCore::StreamCore;

 protected:
  void LockedTakeBatch() final {
    if (!batch_) return;
    for (Response& message : batch_->messages()) {
      queued_bytes_ += message.ByteSizeLong();
      queue_.push_back(std::move(message));
    }
    batch_.reset();
  }
  size_t LockedQueued() const final { return queue_.size(); }
  bool LockedHasRoom() const final {
    return queue_.size() < limits().queued_messages && queued_bytes_ < limits().queued_bytes;
  }
  void LockedDropQueue() final {
    queue_.clear();
    queued_bytes_ = 0;
  }
  const Response* LockedTakeFront() {
    queued_bytes_ -= queue_.front().ByteSizeLong();
    writing_ = std::move(queue_.front());
    queue_.pop_front();
    return &writing_;
  }
  Batch<Response>& NewBatch() {
    return batch_.emplace(limits().queued_messages, limits().queued_bytes);
  }

 private:
  std::optional<Batch<Response>> batch_;  // touched by the step, then under the lock
  std::deque<Response> queue_;            // under the lock, as the rest
  size_t queued_bytes_ = 0;
  Response writing_;  // untouched until gRPC has written it
};

template <typename Response>
class ServerStream final : public OutStream<Response>, public grpc::ServerWriteReactor<Response> {
 public:
  using Open = std::function<absl::StatusOr<Source<Response>>(const CallContext&, Waker)>;

  ServerStream(ThreadPool& pool, grpc::CallbackServerContext* context, CallContext call, Open open)
      : OutStream<Response>(pool, context, std::move(call)), open_(std::move(open)) {}

 private:
  absl::StatusOr<Pump> Step() override {
    if (!source_) {
      absl::StatusOr<Source<Response>> source = open_(this->call(), this->MakeWaker());
      if (!source.ok()) return std::move(source).status();
      source_ = *std::move(source);
    }
    return source_(this->NewBatch());
  }
  void DropSource() override {
    source_ = nullptr;
    open_ = nullptr;
  }
  void LockedStartWrite() override { this->StartWrite(this->LockedTakeFront()); }
  void LockedFinish(const grpc::Status& status) override { this->Finish(status); }

  void OnWriteDone(bool ok) override { this->OnWritten(ok); }
  void OnCancel() override { this->Cut(absl::CancelledError("the client went away")); }
  void OnDone() override { this->OnOver(); }

  Open open_;
  Source<Response> source_;
};

template <typename Request, typename Response>
class BidiStream final : public OutStream<Response>,
                         public grpc::ServerBidiReactor<Request, Response> {
 public:
  using Open =
      std::function<absl::StatusOr<Exchange<Request, Response>>(const CallContext&, Waker)>;

  BidiStream(ThreadPool& pool, grpc::CallbackServerContext* context, CallContext call, Open open)
      : OutStream<Response>(pool, context, std::move(call)), open_(std::move(open)) {}

  // Once, behind Start().
  void StartReading() {
    MutexLock lock(this->mutex());
    LockedRead();
  }

 private:
  absl::StatusOr<Pump> Step() override {
    if (!exchange_) {
      absl::StatusOr<Exchange<Request, Response>> exchange = open_(this->call(), this->MakeWaker());
      if (!exchange.ok()) return std::move(exchange).status();
      exchange_ = *std::move(exchange);
    }
    return exchange_(handed_over_, this->NewBatch());
  }
  void DropSource() override {
    exchange_ = nullptr;
    open_ = nullptr;
  }
  void LockedBeforeStep() override {
    handed_over_.messages = std::exchange(received_.messages, {});
    handed_over_.ended = received_.ended;
    received_bytes_ = 0;
    LockedRead();
  }
  void LockedStartWrite() override { this->StartWrite(this->LockedTakeFront()); }
  void LockedFinish(const grpc::Status& status) override { this->Finish(status); }
  void LockedRead() {
    if (reading_ || received_.ended || !this->LockedOpen() ||
        received_.messages.size() >= this->limits().received_messages ||
        received_bytes_ >= this->limits().received_bytes) {
      return;
    }
    reading_ = true;
    this->StartRead(&incoming_);
  }

  void OnReadDone(bool ok) override {
    MutexLock lock(this->mutex());
    reading_ = false;
    if (ok) {
      received_bytes_ += incoming_.ByteSizeLong();
      received_.messages.push_back(std::exchange(incoming_, {}));
      LockedRead();
    } else {
      received_.ended = true;
    }
    this->LockedWake();
  }
  void OnWriteDone(bool ok) override { this->OnWritten(ok); }
  void OnCancel() override { this->Cut(absl::CancelledError("the client went away")); }
  void OnDone() override { this->OnOver(); }

  Open open_;
  Exchange<Request, Response> exchange_;
  Received<Request> handed_over_;  // the step's
  Received<Request> received_;     // under the lock, as the rest
  size_t received_bytes_ = 0;
  bool reading_ = false;
  Request incoming_;  // untouched until gRPC has read into it
};

template <typename Response>
grpc::ServerWriteReactor<Response>* RunServerStream(ThreadPool& pool,
                                                    grpc::CallbackServerContext* context,
                                                    typename ServerStream<Response>::Open open) {
  CallContext call;
  const absl::Status refusal = ReadContext(*context, pool.runtime().random(), &call);
  auto stream =
      std::make_shared<ServerStream<Response>>(pool, context, std::move(call), std::move(open));
  stream->Start(refusal);
  return stream.get();  // keeps itself until gRPC is done with it
}

template <typename Request, typename Response>
grpc::ServerBidiReactor<Request, Response>* RunBidi(
    ThreadPool& pool, grpc::CallbackServerContext* context,
    typename BidiStream<Request, Response>::Open open) {
  CallContext call;
  const absl::Status refusal = ReadContext(*context, pool.runtime().random(), &call);
  auto stream = std::make_shared<BidiStream<Request, Response>>(pool, context, std::move(call),
                                                                std::move(open));
  stream->Start(refusal);
  stream->StartReading();
  return stream.get();
}

}  // namespace clusterwire::rpc
