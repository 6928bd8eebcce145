#pragma once

#include "services/notification/delivery/gates/gate.h"

namespace clusterwire::notification {

// Does the subscriber still want it? The subscription must be there and active, and the same that
// matched: the new owner of a name that became free gets nothing of its former one.
class WantedGate final : public Gate {
 public:
  std::string_view name() const override { return "wanted"; }
  std::variant<Go, Wait, Drop> Check(const Job& job) const override;
};

}  // namespace clusterwire::notification
