#include "clusterwire/catalogue/v1/organisation.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/organisations/organisation_count.h"
#include "services/catalogue/resources/organisations/organisation_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class OrganisationHandler final : public Handler<v1::OrganisationService, Organisations> {
 public:
  using Handler::Handler;

  CW_STANDARD_ALL(Organisation, Organisations, v1::Organisation, resources_)
  CW_WRITE(PublishOrganisation, v1::Organisation,
           resources_->Publish(call, request->name(), request->etag()))

  grpc::ServerUnaryReactor* CountOrganisations(grpc::CallbackServerContext* context,
                                               const v1::CountOrganisationsRequest* request,
                                               v1::CountOrganisationsResponse* response) override {
    return api::RunRead(api_, context, api_.indexed, request->min_revision(),
                        rpc::Answering(response, [this, request](const resource::ReadCall& call) {
                          return catalogue::CountOrganisations(call, resources_->store(),
                                                               *api_.index->Current(), *request);
                        }));
  }
};

}  // namespace

rpc::Service MakeOrganisationService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::OrganisationService>(std::make_unique<OrganisationHandler>(api, store));
}

}  // namespace clusterwire::catalogue
