#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "services/notification/delivery/gates/gate.h"

namespace clusterwire::notification {

// The gates in the order in which they are asked. That deliveries to one endpoint about one root
// keep their order isn't a gate: EndpointQueue offers only the first of them.
using Gates = std::vector<std::unique_ptr<const Gate>>;
Gates MakeGates();

// The first answer that isn't Go, its reason behind the gate's name: "wanted: paused".
std::variant<Go, Wait, Drop> Ask(const Gates& gates, const Job& job);

}  // namespace clusterwire::notification
