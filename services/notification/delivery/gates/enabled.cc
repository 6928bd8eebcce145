#include "services/notification/delivery/gates/enabled.h"

namespace clusterwire::notification {

std::variant<Go, Wait, Drop> EnabledGate::Check(const Job& job) const {
  if (job.endpoint == nullptr) return Drop{"the endpoint was deleted"};
  if (job.endpoint->state() == v1::Endpoint::STATE_DISABLED) {
    return Drop{"the endpoint is switched off"};
  }
  return Go{};
}

}  // namespace clusterwire::notification
