#pragma once

#include "services/notification/delivery/gates/gate.h"

namespace clusterwire::notification {

// May the public still see the resource? One that was hidden since must not show in what is sent
// late. *Left* is told all the same: every channel shows of it the image before alone, which the
// subscription could see, and says no more than that it is gone.
class AudienceGate final : public Gate {
 public:
  std::string_view name() const override { return "audience"; }
  std::variant<Go, Wait, Drop> Check(const Job& job) const override;
};

}  // namespace clusterwire::notification
