#include "services/notification/types.h"

#include <utility>
#include <vector>

#include "services/notification/resources/subscribers/endpoint_rules.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {

// Each room defines one of these per type.
#define RESOURCE(noun, room) store::ResourceType noun##Type();
#include "services/notification/types.def"

absl::StatusOr<store::Registry> MakeRegistry() {
  std::vector<store::ResourceType> types;
#define RESOURCE(noun, room) types.push_back(noun##Type());
#include "services/notification/types.def"
  return store::Registry::Create(std::move(types));
}

store::Options StoreOptions() {
  store::Options options;
  options.put_limit = 1 + kMaxEndpoints + kMaxSubscriptions;
  return options;
}

}  // namespace clusterwire::notification
