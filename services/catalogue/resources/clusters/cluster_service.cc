#include "clusterwire/catalogue/v1/cluster.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class ClusterHandler final : public Handler<v1::ClusterService, Clusters> {
 public:
  using Handler::Handler;

  CW_STANDARD_ALL(Cluster, Clusters, v1::Cluster, resources_)
  CW_WRITE(PublishCluster, v1::Cluster, resources_->Publish(call, request->name(), request->etag()))
};

}  // namespace

rpc::Service MakeClusterService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::ClusterService>(std::make_unique<ClusterHandler>(api, store));
}

}  // namespace clusterwire::catalogue
