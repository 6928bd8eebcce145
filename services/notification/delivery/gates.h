#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "services/notification/channels/channels.h"

namespace clusterwire::notification {

struct Go {};
struct Drop {
  std::string reason;
};
using GateAnswer = std::variant<Go, Wait, Drop>;

// One question that is asked before every try. Quick, without outside effects, and safe for use
// from any thread.
struct Gate {
  std::string_view name;  // stands before the reason of Wait and Drop: "wanted"
  GateAnswer (*ask)(const Job& job);
};

// Asks all gates in their order. The first answer that isn't Go, its reason behind the gate's name:
// "wanted: paused". That deliveries to one endpoint about one root keep their order isn't a gate:
// EndpointQueue offers only the first of them.
GateAnswer AskGates(const Job& job);

// Whether a Drop with this reason is the same for all that its subscription has pending.
bool IsOfSubscription(std::string_view reason);

// What each of them says, in their order, for an explanation: to the first Drop, behind which there
// may be nothing to ask. Reasons stand without the gates' names.
struct Asked {
  std::string_view gate;
  GateAnswer answer;
};
std::vector<Asked> AskEachGate(const Job& job);

}  // namespace clusterwire::notification
