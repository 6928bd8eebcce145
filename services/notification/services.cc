#include "services/notification/services.h"

#include <utility>

namespace clusterwire::notification {

rpc::Services MakeServices(const Api& api, const Handles& handles, rpc::ThreadPool& operators,
                           std::function<service::Findings()> missing) {
  rpc::Services services;
#define SERVICE(noun) services.push_back(Make##noun##Service(api, handles));
#include "services/notification/types.def"
  services.push_back(MakeOperationsService(api, handles, operators, std::move(missing)));
  return services;
}

}  // namespace clusterwire::notification
