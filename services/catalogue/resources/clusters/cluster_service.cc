#include "clusterwire/catalogue/v1/cluster.grpc.pb.h"

#include "services/catalogue/common/api/standard.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class ClusterServiceHandler final : public v1::ClusterService::CallbackService {
 public:
  ClusterServiceHandler(const Api& api, rpc::Late<store::Store>& store)
      : api_(api), clusters_(store) {}

  grpc::ServerUnaryReactor* GetCluster(grpc::CallbackServerContext* context,
                                       const v1::GetClusterRequest* request,
                                       v1::Cluster* response) override {
    return RunGet(api_, clusters_, context, *request, response);
  }
  grpc::ServerUnaryReactor* BatchGetClusters(grpc::CallbackServerContext* context,
                                             const v1::BatchGetClustersRequest* request,
                                             v1::BatchGetClustersResponse* response) override {
    return RunBatchGet(api_, clusters_, context, *request, response,
                       &v1::BatchGetClustersResponse::mutable_clusters);
  }
  grpc::ServerUnaryReactor* ListClusters(grpc::CallbackServerContext* context,
                                         const v1::ListClustersRequest* request,
                                         v1::ListClustersResponse* response) override {
    return RunList(api_, clusters_, context, *request, response,
                   &v1::ListClustersResponse::mutable_clusters);
  }
  grpc::ServerUnaryReactor* CreateCluster(grpc::CallbackServerContext* context,
                                          const v1::CreateClusterRequest* request,
                                          v1::Cluster* response) override {
    return RunCreate(api_, clusters_, context, *request, request->cluster(), request->cluster_id(),
                     response);
  }
  grpc::ServerUnaryReactor* UpdateCluster(grpc::CallbackServerContext* context,
                                          const v1::UpdateClusterRequest* request,
                                          v1::Cluster* response) override {
    return RunUpdate(api_, clusters_, context, *request, request->cluster(), response);
  }
  grpc::ServerUnaryReactor* DeleteCluster(grpc::CallbackServerContext* context,
                                          const v1::DeleteClusterRequest* request,
                                          v1::Cluster* response) override {
    return RunDelete(api_, clusters_, context, *request, response);
  }
  grpc::ServerUnaryReactor* UndeleteCluster(grpc::CallbackServerContext* context,
                                            const v1::UndeleteClusterRequest* request,
                                            v1::Cluster* response) override {
    return RunUndelete(api_, clusters_, context, *request, response);
  }
  grpc::ServerUnaryReactor* PublishCluster(grpc::CallbackServerContext* context,
                                           const v1::PublishClusterRequest* request,
                                           v1::Cluster* response) override {
    return RunWrite(api_, context, *request, response, [this, request](const WriteCall& call) {
      return clusters_->Publish(call, request->name(), request->etag());
    });
  }

 private:
  const Api api_;
  rpc::Late<Clusters> clusters_;
};

}  // namespace

rpc::Service MakeClusterService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::ClusterService>(std::make_unique<ClusterServiceHandler>(api, store));
}

}  // namespace clusterwire::catalogue
