#pragma once

#include "services/notification/delivery/gates/gate.h"

namespace clusterwire::notification {

// Is the endpoint there and switched on?
class EnabledGate final : public Gate {
 public:
  std::string_view name() const override { return "enabled"; }
  std::variant<Go, Wait, Drop> Check(const Job& job) const override;
};

}  // namespace clusterwire::notification
