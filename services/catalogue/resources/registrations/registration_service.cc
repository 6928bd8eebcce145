#include "clusterwire/catalogue/v1/registration.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/registrations/registration_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class RegistrationHandler final : public Handler<v1::RegistrationService, Registrations> {
 public:
  using Handler::Handler;

  CW_STANDARD(Get, GetRegistration, v1::Registration, resources_)
  CW_STANDARD(BatchGet, BatchGetRegistrations, v1::BatchGetRegistrationsResponse, resources_)
  CW_STANDARD(List, ListRegistrations, v1::ListRegistrationsResponse, resources_)
  CW_WRITE(CreateRegistration, v1::Registration, resources_->Register(call, *request))
  CW_WRITE(JoinWaitingList, v1::Registration, resources_->Join(call, *request))
  CW_WRITE(ChangeSeats, v1::Registration, resources_->ChangeSeats(call, *request))
  CW_WRITE(PromoteRegistration, v1::Registration, resources_->Promote(call, *request))
  CW_WRITE(CancelRegistration, v1::Registration, resources_->Cancel(call, *request))
};

}  // namespace

rpc::Service MakeRegistrationService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::RegistrationService>(std::make_unique<RegistrationHandler>(api, store));
}

}  // namespace clusterwire::catalogue
