// The baseline of reads: gRPC alone, with one cluster that is always the answer.
//
//   echo_server PORT
#include <cstdio>
#include <string>

#include <grpcpp/grpcpp.h>

#include "clusterwire/catalogue/v1/cluster.grpc.pb.h"

#include "tests/benchmark/calls/cluster.h"

namespace clusterwire::benchmark {
namespace {

namespace v1 = catalogue::v1;

class Echo final : public v1::ClusterService::CallbackService {
 public:
  Echo() {
    std::mt19937 random(1);
    answer_ = ClusterOf(0, random);
    // What the catalogue adds.
    answer_.set_name("clusters/load-0");
    answer_.set_etag("1000000");
    answer_.set_revision(1000000);
    answer_.mutable_create_time()->set_seconds(1'800'000'000);
    answer_.mutable_update_time()->set_seconds(1'800'000'000);
    for (const char* field :
         {"title", "summary", "country", "regions", "seat", "sectors", "website"}) {
      answer_.add_edited_fields(field);
    }
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
