#include "services/notification/services.h"

#include <utility>

namespace clusterwire::notification {

rpc::Services MakeServices(const Api& api, const Handles& handles, rpc::ThreadPool& operators,
                           std::function<service::Findings()> missing) {
  rpc::Services services;
  services.push_back(MakeSubscriberService(api, handles));
  services.push_back(MakeSubscriptionService(api, handles));
  services.push_back(MakeDeliveryService(api, handles));
  services.push_back(MakeInboxService(api, handles));
  services.push_back(MakeOperationsService(operators, handles.diagnosis, std::move(missing)));
  return services;
}

}  // namespace clusterwire::notification
