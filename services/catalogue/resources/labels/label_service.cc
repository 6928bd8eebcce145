#include "clusterwire/catalogue/v1/label.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class LabelHandler final : public v1::LabelService::CallbackService {
 public:
  LabelHandler(const Api& api, rpc::Late<store::Store>& store) : api_(api), labels_(store) {}

  CW_STANDARD(Get, GetLabel, v1::Label, labels_)
  CW_STANDARD(BatchGet, BatchGetLabels, v1::BatchGetLabelsResponse, labels_)
  CW_STANDARD(List, ListLabels, v1::ListLabelsResponse, labels_)
  CW_WRITE(AwardLabel, v1::Label,
           labels_->Award(call, request->parent(), request->label(), request->label_id()))
  CW_WRITE(RenewLabel, v1::Label, labels_->Renew(call, *request))
  CW_WRITE(RevokeLabel, v1::Label, labels_->Revoke(call, *request))

 private:
  const Api api_;
  rpc::Late<Labels> labels_;
};

}  // namespace

rpc::Service MakeLabelService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::LabelService>(std::make_unique<LabelHandler>(api, store));
}

}  // namespace clusterwire::catalogue
