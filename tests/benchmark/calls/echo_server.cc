// The baseline of reads: gRPC alone, with one cluster that is always the answer.
//
//   echo_server PORT
#include <cstdio>
#include <string>

#include <grpcpp/grpcpp.h>

#include "clusterwire/catalogue/v1/cluster.grpc.pb.h"

namespace clusterwire::benchmark {
namespace {

namespace v1 = catalogue::v1;

class Echo final : public v1::ClusterService::CallbackService {
 public:
  Echo() {
    answer_.set_name("clusters/load-0");
    answer_.set_title("Silicon Saxony Cluster 0");
    answer_.set_summary(std::string(480, 'x'));
    answer_.set_country("DE");
    for (int i = 0; i < 3; ++i) answer_.add_sectors("named:sector-1");
  }

  grpc::ServerUnaryReactor* GetCluster(grpc::CallbackServerContext* context,
                                       const v1::GetClusterRequest*,
                                       v1::Cluster* response) override {
    *response = answer_;
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  v1::Cluster answer_;
};

}  // namespace
}  // namespace clusterwire::benchmark

int main(int argc, char** argv) {
  const std::string port = argc > 1 ? argv[1] : "0";
  clusterwire::benchmark::Echo echo;
  grpc::ServerBuilder builder;
  int taken = 0;
  builder.AddListeningPort("127.0.0.1:" + port, grpc::InsecureServerCredentials(), &taken);
  builder.RegisterService(&echo);
  const auto server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::printf("%d\n", taken);
  std::fflush(stdout);
  server->Wait();
  return 0;
}
