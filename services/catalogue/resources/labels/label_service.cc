#include "clusterwire/catalogue/v1/label.grpc.pb.h"

#include "services/catalogue/common/api/standard.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class LabelServiceHandler final : public v1::LabelService::CallbackService {
 public:
  LabelServiceHandler(const Api& api, rpc::Late<store::Store>& store) : api_(api), labels_(store) {}

  grpc::ServerUnaryReactor* GetLabel(grpc::CallbackServerContext* context,
                                     const v1::GetLabelRequest* request,
                                     v1::Label* response) override {
    return RunGet(api_, labels_, context, *request, response);
  }
  grpc::ServerUnaryReactor* BatchGetLabels(grpc::CallbackServerContext* context,
                                           const v1::BatchGetLabelsRequest* request,
                                           v1::BatchGetLabelsResponse* response) override {
    return RunBatchGet(api_, labels_, context, *request, response,
                       &v1::BatchGetLabelsResponse::mutable_labels);
  }
  grpc::ServerUnaryReactor* ListLabels(grpc::CallbackServerContext* context,
                                       const v1::ListLabelsRequest* request,
                                       v1::ListLabelsResponse* response) override {
    return RunList(api_, labels_, context, *request, response,
                   &v1::ListLabelsResponse::mutable_labels, request->parent());
  }
  grpc::ServerUnaryReactor* AwardLabel(grpc::CallbackServerContext* context,
                                       const v1::AwardLabelRequest* request,
                                       v1::Label* response) override {
    return RunWrite(api_, context, *request, response, [this, request](const WriteCall& call) {
      return labels_->Award(call, request->parent(), request->label(), request->label_id());
    });
  }
  grpc::ServerUnaryReactor* RenewLabel(grpc::CallbackServerContext* context,
                                       const v1::RenewLabelRequest* request,
                                       v1::Label* response) override {
    return RunWrite(api_, context, *request, response, [this, request](const WriteCall& call) {
      return labels_->Renew(call, *request);
    });
  }
  grpc::ServerUnaryReactor* RevokeLabel(grpc::CallbackServerContext* context,
                                        const v1::RevokeLabelRequest* request,
                                        v1::Label* response) override {
    return RunWrite(api_, context, *request, response, [this, request](const WriteCall& call) {
      return labels_->Revoke(call, *request);
    });
  }

 private:
  const Api api_;
  rpc::Late<Labels> labels_;
};

}  // namespace

rpc::Service MakeLabelService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::LabelService>(std::make_unique<LabelServiceHandler>(api, store));
}

}  // namespace clusterwire::catalogue
