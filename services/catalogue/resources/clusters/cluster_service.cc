#include "clusterwire/catalogue/v1/cluster.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class ClusterHandler final : public v1::ClusterService::CallbackService {
 public:
  ClusterHandler(const Api& api, rpc::Late<store::Store>& store) : api_(api), clusters_(store) {}

  CW_STANDARD(Get, GetCluster, v1::Cluster, clusters_)
  CW_STANDARD(BatchGet, BatchGetClusters, v1::BatchGetClustersResponse, clusters_)
  CW_STANDARD(List, ListClusters, v1::ListClustersResponse, clusters_)
  CW_STANDARD(Create, CreateCluster, v1::Cluster, clusters_)
  CW_STANDARD(Update, UpdateCluster, v1::Cluster, clusters_)
  CW_STANDARD(Delete, DeleteCluster, v1::Cluster, clusters_)
  CW_STANDARD(Undelete, UndeleteCluster, v1::Cluster, clusters_)
  CW_WRITE(PublishCluster, v1::Cluster, clusters_->Publish(call, request->name(), request->etag()))

 private:
  const Api api_;
  rpc::Late<Clusters> clusters_;
};

}  // namespace

rpc::Service MakeClusterService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::ClusterService>(std::make_unique<ClusterHandler>(api, store));
}

}  // namespace clusterwire::catalogue
