#pragma once

#include <functional>

namespace clusterwire {

// Whether `condition` becomes true within 30 seconds of real time; it is asked every few
// milliseconds. For what other threads bring about and nothing tells.
bool Eventually(const std::function<bool()>& condition);

}  // namespace clusterwire
