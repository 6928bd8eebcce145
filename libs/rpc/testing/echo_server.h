#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/base/testing/eventually.h"
#include "libs/base/testing/fake_clock.h"
#include "libs/rpc/call/run_unary.h"
#include "libs/rpc/server/runtime.h"
#include "libs/rpc/server/server.h"
#include "libs/rpc/stream/run_stream.h"
#include "libs/rpc/testing/echo.grpc.pb.h"
#include "libs/rpc/testing/operators.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::rpc::testing {

// What a test puts behind the three methods of each service; set before the first call.
struct EchoBehaviour {
  // Sees each unary call when it arrives, before it is queued.
  std::function<void(grpc::CallbackServerContext*)> arrived = nullptr;
  std::function<absl::StatusOr<EchoResponse>(const CallContext&, const EchoRequest&)> echo =
      nullptr;
  // Echo runs behind it, where it is set.
  Ask ask = nullptr;
  // Echo is this, where it is set; its answer is the request's text.
  Begin later = nullptr;
  // The newest revision that there is, for requests that ask for one.
  std::function<absl::StatusOr<int64_t>()> newest = nullptr;
  using Watch = std::function<absl::StatusOr<Source<EchoResponse>>(const CallContext&, Waker)>;
  Watch watch = nullptr;
  BidiStream<EchoRequest, EchoResponse>::Open exchange = nullptr;
};

// The three methods of EchoService, or of another such service, run on `pool`; both outlive the
// service.
template <typename Contract = EchoService>
Service MakeEchoService(EchoBehaviour behaviour, ThreadPool& pool, const Parking::Progress& reader);

// A real server on a free port of loopback, with one thread pool, on a clock that stands still.
// All callers are operators, unless the options name another authenticator.
class EchoServer {
 public:
  struct Options {
    Runtime::Options runtime = {};
    ThreadPool::Options pool = {.name = "tests", .threads = 2, .queue_limit = 10};
    std::vector<std::string> health_names = {};
    absl::Duration farewell = absl::ZeroDuration();
    TlsSource tls = nullptr;
    bool require_client_certificate = false;
    absl::Duration handshake_limit = absl::Seconds(10);
    absl::Duration connection_age = absl::Hours(1);
    std::string address = "127.0.0.1:0";
  };

  explicit EchoServer(EchoBehaviour behaviour) : EchoServer(std::move(behaviour), Options()) {}
  EchoServer(EchoBehaviour behaviour, Options options);
  ~EchoServer();

  FakeClock& clock() { return clock_; }
  telemetry::Metrics& metrics() { return metrics_; }
  // Whether the gauge has this value now.
  bool Shows(std::string_view gauge, size_t value);
  Runtime& runtime() { return runtime_; }
  Server& server() { return *server_; }
  // What Echo waits for when its request asks for a revision.
  Parking::Progress& reader() { return reader_; }
  // A connection of its own.
  std::shared_ptr<grpc::Channel> Channel();
  std::unique_ptr<EchoService::Stub> Stub() { return EchoService::NewStub(Channel()); }

 private:
  FakeClock clock_{absl::Now()};
  telemetry::Metrics metrics_;
  Operators operators_;
  Runtime runtime_;
  ThreadPool pool_;
  Parking::Progress reader_;
  std::unique_ptr<Server> server_;
};

// `context`, with a deadline that only a failing test reaches.
grpc::ClientContext* WithDeadline(grpc::ClientContext* context);

}  // namespace clusterwire::rpc::testing
