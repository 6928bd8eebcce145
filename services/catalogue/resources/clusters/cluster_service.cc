#include "clusterwire/catalogue/v1/cluster.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/clusters/duplicates.h"
#include "services/catalogue/resources/clusters/profile.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class ClusterHandler final : public Handler<v1::ClusterService, Clusters> {
 public:
  using Handler::Handler;

  CW_STANDARD(Get, GetCluster, v1::Cluster, resources_)
  CW_STANDARD(BatchGet, BatchGetClusters, v1::BatchGetClustersResponse, resources_)
  CW_STANDARD(List, ListClusters, v1::ListClustersResponse, resources_)
  CW_WRITE(CreateCluster, v1::Cluster, Create(call, *request))
  CW_STANDARD(Update, UpdateCluster, v1::Cluster, resources_)
  CW_STANDARD(Delete, DeleteCluster, v1::Cluster, resources_)
  CW_STANDARD(Undelete, UndeleteCluster, v1::Cluster, resources_)
  CW_WRITE(PublishCluster, v1::Cluster, resources_->Publish(call, request->name(), request->etag()))
  CW_WRITE(ArchiveCluster, v1::Cluster, resources_->Archive(call, request->name(), request->etag()))
  CW_WRITE(EndCluster, v1::Cluster, resources_->End(call, *request))
  CW_WRITE(MergeClusters, v1::Cluster, resources_->Merge(call, *request))

  grpc::ServerUnaryReactor* FindDuplicates(grpc::CallbackServerContext* context,
                                           const v1::FindDuplicatesRequest* request,
                                           v1::FindDuplicatesResponse* response) override {
    return api::RunRead(api_, context, api_.indexed, request->min_revision(),
                        rpc::Answering(response, [this, request](const resource::ReadCall& call) {
                          return catalogue::FindDuplicates(call, resources_->store(),
                                                           *api_.index->Current(), *api_.tokens,
                                                           *request);
                        }));
  }

 private:
  // With a word on others of such a name, as the index knows them: it is a moment behind.
  absl::StatusOr<v1::Cluster> Create(const resource::WriteCall& call,
                                     const v1::CreateClusterRequest& request) {
    ASSIGN_OR_RETURN(v1::Cluster created,
                     resources_->Create(call, "", request.cluster(), request.cluster_id()));
    ShowCompleteness(&created);
    // The cluster is there by now: a look for others that failed is no reason to say that it isn't.
    NoteSimilar(call.viewer, *api_.index->Current()->snapshot, &created).IgnoreError();
    return created;
  }
};

}  // namespace

rpc::Service MakeClusterService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::ClusterService>(std::make_unique<ClusterHandler>(api, store));
}

}  // namespace clusterwire::catalogue
