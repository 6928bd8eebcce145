#include "services/notification/services.h"

#include <utility>

namespace clusterwire::notification {

rpc::Services MakeServices(const Handling& handling, rpc::ThreadPool& operators,
                           std::function<service::Findings()> missing) {
  rpc::Services services;
  services.push_back(MakeSubscriberService(handling));
  services.push_back(MakeSubscriptionService(handling));
  services.push_back(MakeDeliveryService(handling));
  services.push_back(MakeInboxService(handling));
  services.push_back(
      MakeOperationsService(operators, handling.parts.diagnosis, std::move(missing)));
  return services;
}

}  // namespace clusterwire::notification
