#include "services/notification/types.h"

#include <utility>
#include <vector>

#include "clusterwire/notification/v1/subscriber.pb.h"
#include "clusterwire/notification/v1/subscription.pb.h"

#include "services/notification/resources/subscribers/endpoint_rules.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {
namespace {

// Personal data: the log keeps names alone.
store::ResourceType WithoutImages(store::ResourceType type) {
  type.images_in_log = false;
  return type;
}

}  // namespace

absl::StatusOr<store::Registry> MakeRegistry() {
  std::vector<store::ResourceType> types;
  types.push_back(WithoutImages(
      store::MakeType<v1::Subscriber>("subscriber", std::string(kSubscriberName.pattern()))));
  types.push_back(WithoutImages(
      store::MakeType<v1::Endpoint>("endpoint", std::string(kEndpointName.pattern()))));
  types.push_back(
      store::MakeType<v1::Subscription>("subscription", std::string(kSubscriptionName.pattern())));
  return store::Registry::Create(std::move(types));
}

store::Options StoreOptions() {
  store::Options options;
  options.put_limit = 1 + kMaxEndpoints + kMaxSubscriptions;
  return options;
}

}  // namespace clusterwire::notification
