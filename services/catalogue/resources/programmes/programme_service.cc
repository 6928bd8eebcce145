#include "clusterwire/catalogue/v1/programme.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/programmes/programme_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class ProgrammeHandler final : public Handler<v1::ProgrammeService, Programmes> {
 public:
  using Handler::Handler;

  CW_STANDARD_ALL(Programme, Programmes, v1::Programme, resources_)
  CW_WRITE(PublishProgramme, v1::Programme,
           resources_->Publish(call, request->name(), request->etag()))

  grpc::ServerUnaryReactor* CheckEligibility(grpc::CallbackServerContext* context,
                                             const v1::CheckEligibilityRequest* request,
                                             v1::CheckEligibilityResponse* response) override {
    return api::RunRead(api_, context, request->min_revision(),
                        rpc::Answering(response, [this, request](const ReadCall& call) {
                          return resources_->CheckEligibility(call, request->cluster(),
                                                              request->programme());
                        }));
  }
};

}  // namespace

rpc::Service MakeProgrammeService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::ProgrammeService>(std::make_unique<ProgrammeHandler>(api, store));
}

}  // namespace clusterwire::catalogue
