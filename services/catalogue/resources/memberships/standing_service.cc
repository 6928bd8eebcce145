#include "clusterwire/catalogue/v1/standing.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/memberships/standing_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class StandingHandler final : public Handler<v1::StandingService, Standings> {
 public:
  using Handler::Handler;

  CW_STANDARD(Get, GetStanding, v1::Standing, resources_)
  CW_STANDARD(Update, UpdateStanding, v1::Standing, resources_)
};

}  // namespace

rpc::Service MakeStandingService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::StandingService>(std::make_unique<StandingHandler>(api, store));
}

}  // namespace clusterwire::catalogue
