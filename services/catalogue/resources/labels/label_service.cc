#include "clusterwire/catalogue/v1/label.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class LabelHandler final : public Handler<v1::LabelService, Labels> {
 public:
  using Handler::Handler;

  CW_STANDARD(Get, GetLabel, v1::Label, resources_)
  CW_STANDARD(BatchGet, BatchGetLabels, v1::BatchGetLabelsResponse, resources_)
  CW_STANDARD(List, ListLabels, v1::ListLabelsResponse, resources_)
  CW_STANDARD(Update, UpdateLabel, v1::Label, resources_)
  CW_STANDARD(Delete, DeleteLabel, v1::Label, resources_)
  CW_STANDARD(Undelete, UndeleteLabel, v1::Label, resources_)
  CW_WRITE(AwardLabel, v1::Label,
           resources_->Award(call, request->parent(), request->label(), request->label_id()))
  CW_WRITE(RenewLabel, v1::Label, resources_->Renew(call, *request))
  CW_WRITE(RevokeLabel, v1::Label, resources_->Revoke(call, *request))
};

}  // namespace

rpc::Service MakeLabelService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::LabelService>(std::make_unique<LabelHandler>(api, store));
}

}  // namespace clusterwire::catalogue
