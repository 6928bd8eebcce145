// Creates clusters at a steady rate, whether or not the answers come, and prints when each was
// asked for and answered, in microseconds of the monotonic clock:
//
//   flow_load ADDRESS RATE SECONDS FIRST     a line "NUMBER BEGUN ANSWERED" each, of
//   clusters/load-NUMBER
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>

#include <grpcpp/grpcpp.h>

#include "clusterwire/catalogue/v1/cluster.grpc.pb.h"

#include "tests/benchmark/calls/cluster.h"

namespace clusterwire::benchmark {
namespace {

namespace v1 = catalogue::v1;
using Clock = std::chrono::steady_clock;

int64_t Microseconds(Clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

struct Call {
  int64_t number = 0;
  Clock::time_point begun = Clock::now();
  grpc::ClientContext context;
  v1::Cluster answer;
  grpc::Status status;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::Cluster>> reader;
};

class Flow {
 public:
  explicit Flow(const std::string& address)
      : stub_(v1::ClusterService::NewStub(
            grpc::CreateChannel(address, grpc::InsecureChannelCredentials()))) {}

  // Returns how many failed.
  int64_t Run(double rate, double seconds, int64_t first) {
    const auto begun = Clock::now();
    const auto count = static_cast<int64_t>(rate * seconds);
    const auto due = [&](int64_t i) {
      return begun + std::chrono::duration_cast<Clock::duration>(
                         std::chrono::duration<double>(static_cast<double>(i) / rate));
    };
    for (int64_t i = 0; i < count; ++i) {
      while (Take(due(i))) {
      }
      Begin(first + i);
    }
    while (open_ > 0) Take(Clock::now() + std::chrono::minutes(1));
    return failed_;
  }

 private:
  void Begin(int64_t number) {
    v1::CreateClusterRequest request;
    request.set_cluster_id("load-" + std::to_string(number));
    *request.mutable_cluster() = ClusterOf(number, random_);
    auto* const call = new Call{.number = number};
    ++open_;
    call->reader = stub_->AsyncCreateCluster(&call->context, request, &queue_);
    call->reader->Finish(&call->answer, &call->status, call);
  }

  // Waits for an answer until then; whether there was one.
  bool Take(Clock::time_point until) {
    void* tag = nullptr;
    bool ok = false;
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(until - Clock::now());
    const auto deadline = std::chrono::system_clock::now() + left;
    if (queue_.AsyncNext(&tag, &ok, deadline) != grpc::CompletionQueue::GOT_EVENT) return false;
    const std::unique_ptr<Call> call(static_cast<Call*>(tag));
    --open_;
    if (!call->status.ok()) {
      if (failed_++ == 0) std::fprintf(stderr, "%s\n", call->status.error_message().c_str());
      return true;
    }
    std::printf("%lld %lld %lld\n", static_cast<long long>(call->number),
                static_cast<long long>(Microseconds(call->begun)),
                static_cast<long long>(Microseconds(Clock::now())));
    return true;
  }

  const std::unique_ptr<v1::ClusterService::Stub> stub_;
  grpc::CompletionQueue queue_;
  std::mt19937 random_{1};
  int64_t open_ = 0;
  int64_t failed_ = 0;
};

}  // namespace
}  // namespace clusterwire::benchmark

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  clusterwire::benchmark::Flow flow(argv[1]);
  return flow.Run(std::atof(argv[2]), std::atof(argv[3]), std::atoll(argv[4])) == 0 ? 0 : 1;
}
