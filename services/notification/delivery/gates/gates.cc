#include "services/notification/delivery/gates/gates.h"

#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"
#include "services/notification/delivery/gates/audience.h"
#include "services/notification/delivery/gates/enabled.h"
#include "services/notification/delivery/gates/wanted.h"

namespace clusterwire::notification {

Gates MakeGates() {
  Gates gates;
  gates.push_back(std::make_unique<WantedGate>());
  gates.push_back(std::make_unique<EnabledGate>());
  gates.push_back(std::make_unique<AudienceGate>());
  return gates;
}

std::variant<Go, Wait, Drop> Ask(const Gates& gates, const Job& job) {
  for (const std::unique_ptr<const Gate>& gate : gates) {
    std::variant<Go, Wait, Drop> answer = gate->Check(job);
    if (auto* wait = std::get_if<Wait>(&answer)) {
      wait->reason = absl::StrCat(ToAbsl(gate->name()), ": ", wait->reason);
      return answer;
    }
    if (auto* drop = std::get_if<Drop>(&answer)) {
      drop->reason = absl::StrCat(ToAbsl(gate->name()), ": ", drop->reason);
      return answer;
    }
  }
  return Go{};
}

}  // namespace clusterwire::notification
