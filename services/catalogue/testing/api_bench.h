#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

#include "libs/rpc/server/runtime.h"
#include "libs/rpc/server/server.h"
#include "libs/rpc/testing/operators.h"
#include "libs/rpc/token/token.h"
#include "libs/telemetry/metrics.h"
#include "services/catalogue/operations/diagnosis.h"
#include "services/catalogue/resources/grants/grant_index.h"
#include "services/catalogue/services.h"
#include "services/catalogue/testing/world.h"

namespace grpc {
class Channel;
}

namespace clusterwire::catalogue {

// The catalogue's services as clients meet them: on a free port, over a World, with the search
// index behind its log. The world's clock starts at the machine's time and stands still, so that a
// caller's deadline means something to it.
class ApiBench {
 public:
  ApiBench();
  ~ApiBench();

  // Calls "ClusterService/GetCluster"; services are looked for in the catalogue's packages. Who
  // asks is an operator, or the one that `view_as` names. Keeps the answer's metadata.
  absl::Status Call(const std::string& method, const google::protobuf::Message& request,
                    google::protobuf::Message* response, const std::string& view_as = "");
  template <typename Response>
  absl::StatusOr<Response> Call(const std::string& method, const google::protobuf::Message& request,
                                const std::string& view_as = "") {
    Response response;
    absl::Status status = Call(method, request, &response, view_as);
    if (!status.ok()) return status;
    return response;
  }
  // The value under `key` in the metadata of the last answer; empty when there is none.
  const std::string& metadata(const std::string& key) { return metadata_[key]; }

  World world;

 private:
  telemetry::Metrics metrics_;
  const Relay::Options relay_options_;
  rpc::testing::Operators operators_;
  rpc::Runtime runtime_;
  rpc::ThreadPool reads_;
  rpc::ThreadPool writes_;
  Handles handles_;
  search::Index index_;
  std::unique_ptr<store::Tailer> applier_;
  std::unique_ptr<GrantIndex> grants_;
  TimerRunner timers_;
  Relay relay_;
  Erasures erasures_;
  ErasureLog erasure_log_;
  Diagnosis diagnosis_;
  rpc::TokenSealer tokens_;
  std::unique_ptr<rpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace clusterwire::catalogue
