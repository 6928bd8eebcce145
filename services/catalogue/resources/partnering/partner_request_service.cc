#include "clusterwire/catalogue/v1/partner_request.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/partnering/partner_ranking.h"
#include "services/catalogue/resources/partnering/partner_request_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class PartnerRequestHandler final : public Handler<v1::PartnerRequestService, PartnerRequests> {
 public:
  using Handler::Handler;

  CW_STANDARD_ALL(PartnerRequest, PartnerRequests, v1::PartnerRequest, resources_)
  CW_WRITE(PublishPartnerRequest, v1::PartnerRequest,
           resources_->Publish(call, request->name(), request->etag()))
  CW_WRITE(ClosePartnerRequest, v1::PartnerRequest, resources_->Close(call, *request))

  grpc::ServerUnaryReactor* RankPartners(grpc::CallbackServerContext* context,
                                         const v1::RankPartnersRequest* request,
                                         v1::RankPartnersResponse* response) override {
    return api::RunRead(api_, context, api_.indexed, request->min_revision(),
                        rpc::Answering(response, [this, request](const resource::ReadCall& call) {
                          return catalogue::RankPartners(call, resources_->store(),
                                                         *api_.index->Current(), *request);
                        }));
  }
};

}  // namespace

rpc::Service MakePartnerRequestService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::PartnerRequestService>(
      std::make_unique<PartnerRequestHandler>(api, store));
}

}  // namespace clusterwire::catalogue
