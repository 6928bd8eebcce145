#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include <grpcpp/alarm.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "libs/rpc/call/incoming.h"
#include "libs/rpc/call/wire.h"
#include "libs/rpc/stream/source.h"
#include "libs/rpc/stream/stream_core.h"

// Streaming methods by the pump model of source.h: no handler writes a reactor of its own. `open`
// runs first, on the pool, checks the request and returns the step function; the Waker it gets is
// what wakes the stream later. The handler's base, which names each of its methods, marks this one
// as one of bytes.
//
//   class InboxHandler final
//       : public v1::InboxService::WithCallbackMethod_ListInboxItems<
//             v1::InboxService::WithRawCallbackMethod_StreamInbox<v1::InboxService::Service>> {
//     rpc::ServerStreamReactor* StreamInbox(grpc::CallbackServerContext* context,
//                                           const grpc::ByteBuffer* request) override {
//       return rpc::RunServerStream<StreamInboxRequest, StreamInboxResponse>(
//           reads_, context, request,
//           [this](const rpc::CallContext& call, const StreamInboxRequest& request,
//                  rpc::Waker wake) {
//             return inbox_.Open(call, request, std::move(wake));  // StatusOr<rpc::Source<…>>
//           });
//     }
//
// Bounds are the runtime's StreamLimits. A stream ends with the step function's status, when a
// message can't be parsed (INVALID_ARGUMENT, MESSAGE_UNREADABLE), when the client goes away, when
// it stalls (RESOURCE_EXHAUSTED, SLOW_READER), and by Runtime::EndStreams().
namespace clusterwire::rpc {

using ServerStreamReactor = grpc::ServerWriteReactor<grpc::ByteBuffer>;
using BidiReactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

template <typename Response>
std::vector<grpc::ByteBuffer> ToWire(Batch<Response> batch) {
  std::vector<grpc::ByteBuffer> messages;
  messages.reserve(batch.messages().size());
  for (const Response& message : batch.messages()) messages.push_back(ToWire(message));
  return messages;
}

template <typename Request, typename Response>
class ServerStream final : public StreamCore, public ServerStreamReactor {
 public:
  using Open =
      std::function<absl::StatusOr<Source<Response>>(const CallContext&, const Request&, Waker)>;

  ServerStream(ThreadPool& pool, grpc::CallbackServerContext* context,
               const grpc::ByteBuffer& request, Open open)
      : StreamCore(pool, context, Admission::Kind::kStream),
        request_(request),
        open_(std::move(open)) {}

 private:
  absl::StatusOr<Pump> Step(Room room, std::vector<grpc::ByteBuffer>& out) override {
    if (!source_) {
      Request request;
      if (!FromWire(std::exchange(request_, {}), &request)) return UnreadableError("the request");
      absl::StatusOr<Source<Response>> source = open_(call(), request, MakeWaker());
      if (!source.ok()) return std::move(source).status();
      source_ = *std::move(source);
    }
    Batch<Response> batch(room.messages, room.bytes);
    absl::StatusOr<Pump> pump = source_(batch);
    out = ToWire(std::move(batch));
    return pump;
  }
  void DropSource() override {
    source_ = nullptr;
    open_ = nullptr;
  }
  void LockedStartWrite(const grpc::ByteBuffer* message) override { StartWrite(message); }
  void LockedFinish(const grpc::Status& status) override { Finish(status); }

  void OnWriteDone(bool ok) override { OnWritten(ok); }
  void OnCancel() override { OnGone(); }
  void OnDone() override { OnOver(); }

  grpc::ByteBuffer request_;  // the first step's, as the rest
  Open open_;
  Source<Response> source_;
};

template <typename Request, typename Response>
class BidiStream final : public StreamCore, public BidiReactor {
 public:
  using Open =
      std::function<absl::StatusOr<Exchange<Request, Response>>(const CallContext&, Waker)>;

  BidiStream(ThreadPool& pool, grpc::CallbackServerContext* context, Open open,
             Admission::Kind kind)
      : StreamCore(pool, context, kind), open_(std::move(open)) {}

 private:
  absl::StatusOr<Pump> Step(Room room, std::vector<grpc::ByteBuffer>& out) override {
    if (!exchange_) {
      absl::StatusOr<Exchange<Request, Response>> exchange = open_(call(), MakeWaker());
      if (!exchange.ok()) return std::move(exchange).status();
      exchange_ = *std::move(exchange);
      StartReading();
    }
    Parse();
    Batch<Response> batch(room.messages, room.bytes);
    absl::StatusOr<Pump> pump = exchange_(parsed_, batch);
    out = ToWire(std::move(batch));
    // What came before the message that can't be read is dealt with first.
    if (pump.ok() && *pump == Pump::kWait && !unreadable_.ok()) return unreadable_;
    return pump;
  }

  // Nothing is read before `open` let the caller in: else a stranger's messages would be kept.
  void StartReading() {
    MutexLock lock(mutex());
    opened_ = true;
    LockedRead();
  }

  void Parse() {
    parsed_.messages.clear();
    for (const grpc::ByteBuffer& bytes : handed_over_) {
      if (!unreadable_.ok()) break;
      ++number_;
      if (FromWire(bytes, &parsed_.messages.emplace_back())) continue;
      parsed_.messages.pop_back();
      unreadable_ = UnreadableError(absl::StrCat("message ", number_, " of the stream"));
    }
    handed_over_.clear();
    parsed_.ended = handed_end_ && unreadable_.ok();
  }

  void DropSource() override {
    exchange_ = nullptr;
    open_ = nullptr;
  }
  void LockedBeforeStep() override {
    handed_over_ = std::exchange(received_, {});
    handed_end_ = ended_;
    received_bytes_ = 0;
    LockedRead();
  }
  void LockedStartWrite(const grpc::ByteBuffer* message) override { StartWrite(message); }
  void LockedFinish(const grpc::Status& status) override { Finish(status); }
  void LockedRead() {
    if (!opened_ || reading_ || ending_ || !LockedOpen() ||
        received_.size() >= limits().received_messages ||
        received_bytes_ >= limits().received_bytes) {
      return;
    }
    reading_ = true;
    StartRead(&incoming_);
  }

  void OnReadDone(bool ok) override {
    MutexLock lock(mutex());
    reading_ = false;
    if (ok) {
      received_bytes_ += incoming_.Length();
      received_.emplace_back().Swap(&incoming_);
      incoming_.Clear();
      LockedRead();
      LockedWake();
    } else {
      ending_ = true;
      // gRPC says the same of a message that breaks off or is too long, and that the call is over a
      // moment later.
      const auto weak = std::weak_ptr<StreamCore>(shared_from_this());
      end_.Set(std::chrono::system_clock::now() + kEndIsSure, [this, weak](bool) {
        if (const auto self = weak.lock()) OnEnded();
      });
    }
  }
  void OnEnded() {
    MutexLock lock(mutex());
    ended_ = true;
    LockedWake();
  }
  void OnWriteDone(bool ok) override { OnWritten(ok); }
  void OnCancel() override { OnGone(); }
  void OnDone() override { OnOver(); }

  static constexpr std::chrono::milliseconds kEndIsSure{20};

  // The step's.
  Open open_;
  Exchange<Request, Response> exchange_;
  std::vector<grpc::ByteBuffer> handed_over_;
  bool handed_end_ = false;
  Received<Request> parsed_;
  int64_t number_ = 0;  // of the last message looked at
  absl::Status unreadable_;

  // Under the lock.
  std::vector<grpc::ByteBuffer> received_;
  size_t received_bytes_ = 0;
  bool opened_ = false;
  bool ending_ = false;  // nothing comes any more; why isn't sure before `ended_`
  bool ended_ = false;
  grpc::Alarm end_;
  bool reading_ = false;
  grpc::ByteBuffer incoming_;  // untouched until gRPC has read into it
};

template <typename Request, typename Response>
ServerStreamReactor* RunServerStream(ThreadPool& pool, grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request,
                                     typename ServerStream<Request, Response>::Open open) {
  auto stream =
      std::make_shared<ServerStream<Request, Response>>(pool, context, *request, std::move(open));
  stream->Start();
  return stream.get();  // keeps itself until gRPC is done with it
}

template <typename Request, typename Response>
BidiReactor* RunBidi(ThreadPool& pool, grpc::CallbackServerContext* context,
                     typename BidiStream<Request, Response>::Open open,
                     Admission::Kind kind = Admission::Kind::kStream) {
  auto stream =
      std::make_shared<BidiStream<Request, Response>>(pool, context, std::move(open), kind);
  stream->Start();
  return stream.get();
}

}  // namespace clusterwire::rpc
