#include "services/notification/delivery/gates/wanted.h"

#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {

std::variant<Go, Wait, Drop> WantedGate::Check(const Job& job) const {
  if (job.interest == nullptr) return Drop{"the subscription was deleted or paused"};
  const int64_t made = job.delivery.subscription_made;
  if (made != 0 && made != WhenMade(job.interest->subscription)) {
    return Drop{"the subscription was deleted and made anew"};
  }
  if (job.interest->subscription.endpoint() != job.delivery.endpoint) {
    return Drop{"the subscription has another endpoint now"};
  }
  return Go{};
}

}  // namespace clusterwire::notification
