#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "services/notification/channels/channels.h"

namespace clusterwire::notification {

struct Go {};
struct Drop {
  std::string reason;
};

// One question that is asked before every try. Quick, without outside effects, and safe for use
// from any thread: an explanation asks it too.
class Gate {
 public:
  virtual ~Gate() = default;
  // In metrics, explanations and, with Drop, before the reason: "wanted".
  virtual std::string_view name() const = 0;
  virtual std::variant<Go, Wait, Drop> Check(const Job& job) const = 0;
};

}  // namespace clusterwire::notification
