#include "services/notification/delivery/gates/wanted.h"

namespace clusterwire::notification {

std::variant<Go, Wait, Drop> WantedGate::Check(const Job& job) const {
  if (job.interest == nullptr) return Drop{"the subscription was deleted or paused"};
  if (job.interest->subscription.endpoint() != job.delivery.endpoint) {
    return Drop{"the subscription has another endpoint now"};
  }
  return Go{};
}

}  // namespace clusterwire::notification
