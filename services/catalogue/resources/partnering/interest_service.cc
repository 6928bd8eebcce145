#include "clusterwire/catalogue/v1/interest.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/partnering/interest_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class InterestHandler final : public Handler<v1::InterestService, Interests> {
 public:
  using Handler::Handler;

  CW_STANDARD(Get, GetInterest, v1::Interest, resources_)
  CW_STANDARD(List, ListInterests, v1::ListInterestsResponse, resources_)
  CW_WRITE(ExpressInterest, v1::Interest, resources_->Express(call, *request))
  CW_WRITE(WithdrawInterest, v1::Interest, resources_->Withdraw(call, *request))
};

}  // namespace

rpc::Service MakeInterestService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::InterestService>(std::make_unique<InterestHandler>(api, store));
}

}  // namespace clusterwire::catalogue
