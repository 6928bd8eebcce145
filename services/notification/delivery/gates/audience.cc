#include "services/notification/delivery/gates/audience.h"

namespace clusterwire::notification {

std::variant<Go, Wait, Drop> AudienceGate::Check(const Job& job) const {
  if (job.hidden && job.delivery.transition != v1::TRANSITION_LEFT) {
    return Drop{"the resource is no longer public"};
  }
  return Go{};
}

}  // namespace clusterwire::notification
