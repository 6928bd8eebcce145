// Calls a service as fast as so many callers can, each of them one call after the other, and prints
// what came of it, a name and a number a line:
//
//   rpc_load ADDRESS create|get|echo CALLERS SECONDS [FIRST]
//
// create: CreateCluster of clusters with drawn texts and codes, numbered from FIRST on.
// get, echo: GetCluster of clusters/load-FIRST; echo_server answers the same.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <grpcpp/grpcpp.h>
#include <sys/resource.h>

#include "clusterwire/catalogue/v1/cluster.grpc.pb.h"

#include "tests/benchmark/calls/cluster.h"

namespace clusterwire::benchmark {
namespace {

using Clock = std::chrono::steady_clock;
namespace v1 = catalogue::v1;

struct Options {
  std::string address;
  bool create = false;
  int callers = 1;
  double seconds = 5;
  long first = 0;
};

v1::CreateClusterRequest Creation(long number, std::mt19937& random) {
  v1::CreateClusterRequest request;
  request.set_cluster_id("load-" + std::to_string(number));
  request.set_request_id("load-" + std::to_string(number));
  *request.mutable_cluster() = ClusterOf(number, random);
  return request;
}

class Load {
 public:
  explicit Load(const Options& options)
      : options_(options),
        stub_(v1::ClusterService::NewStub(
            grpc::CreateChannel(options.address, grpc::InsecureChannelCredentials()))),
        next_(options.first) {}

  // Whether every call went well.
  bool Run() {
    const auto begun = Clock::now();
    end_ = begun + std::chrono::duration_cast<Clock::duration>(
                       std::chrono::duration<double>(options_.seconds));
    counted_from_ = begun + (end_ - begun) / 5;  // until then it warms up
    for (int i = 0; i < options_.callers; ++i) Begin();
    void* tag = nullptr;
    bool ok = false;
    for (int running = options_.callers; running > 0 && queue_.Next(&tag, &ok);) {
      const std::unique_ptr<Call> call(static_cast<Call*>(tag));
      Take(*call);
      Clock::now() < end_ ? Begin() : static_cast<void>(--running);
    }
    Say(std::chrono::duration<double>(Clock::now() - counted_from_).count());
    return failed_ == 0;
  }

 private:
  struct Call {
    grpc::ClientContext context;
    v1::Cluster answer;
    grpc::Status status;
    Clock::time_point begun = Clock::now();
    std::unique_ptr<grpc::ClientAsyncResponseReader<v1::Cluster>> reader;
  };

  void Begin() {
    auto* const call = new Call;
    if (options_.create) {
      call->reader = stub_->AsyncCreateCluster(&call->context, Creation(next_++, random_), &queue_);
    } else {
      v1::GetClusterRequest request;
      request.set_name("clusters/load-" + std::to_string(options_.first));
      call->reader = stub_->AsyncGetCluster(&call->context, request, &queue_);
    }
    call->reader->Finish(&call->answer, &call->status, call);
  }

  void Take(const Call& call) {
    if (!call.status.ok()) {
      if (failed_++ == 0) std::fprintf(stderr, "%s\n", call.status.error_message().c_str());
      return;
    }
    ++calls_;
    if (call.begun < counted_from_) return;
    milliseconds_.push_back(
        std::chrono::duration<double, std::milli>(Clock::now() - call.begun).count());
  }

  void Say(double took) {
    std::sort(milliseconds_.begin(), milliseconds_.end());
    const auto at = [this](double share) {
      if (milliseconds_.empty()) return 0.0;
      return milliseconds_[static_cast<size_t>(share *
                                               static_cast<double>(milliseconds_.size() - 1))];
    };
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const double cpu = static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                       static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    std::printf(
        "calls_per_second %.0f\ncalls %ld\nfailed %ld\np50_ms %.3f\np99_ms %.3f\n"
        "client_cpu_us_per_call %.1f\nnext %ld\n",
        static_cast<double>(milliseconds_.size()) / took, milliseconds_.size(), failed_, at(0.5),
        at(0.99), 1e6 * cpu / static_cast<double>(milliseconds_.size() + 1), next_);
  }

  const Options options_;
  const std::unique_ptr<v1::ClusterService::Stub> stub_;
  grpc::CompletionQueue queue_;
  std::mt19937 random_{1};
  long next_;
  Clock::time_point end_;
  Clock::time_point counted_from_;
  std::vector<double> milliseconds_;
  long calls_ = 0;  // that went well
  long failed_ = 0;
};

}  // namespace
}  // namespace clusterwire::benchmark

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: rpc_load ADDRESS create|get|echo CALLERS SECONDS [FIRST]\n");
    return 2;
  }
  clusterwire::benchmark::Options options;
  options.address = argv[1];
  options.create = std::string(argv[2]) == "create";
  options.callers = std::atoi(argv[3]);
  options.seconds = std::atof(argv[4]);
  if (argc > 5) options.first = std::atol(argv[5]);
  return clusterwire::benchmark::Load(options).Run() ? 0 : 1;
}
