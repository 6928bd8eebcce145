#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/time/time.h"

#include "libs/base/threads/mutex.h"
#include "libs/base/time/clock.h"

namespace clusterwire::notification {

// Who asks, as it is kept with proofs: rpc::AddressOf() of what an HTTP server says of a request.
std::string NetworkOf(std::string_view remote);
// The network that this counts as: an IPv4 address counts with its /24. An IPv6 one has its /64
// already.
std::string_view NeighboursOf(std::string_view network);

// How often somebody from one network may do something within an hour, and from the wider ones that
// it is part of: one household may have 65,536 networks of IPv6. Counted by the uptime. Safe for
// use from any thread.
class NetworkLimits {
 public:
  static constexpr int kAnHour = 10;       // an IPv4 /24 or an IPv6 /64
  static constexpr int kSiteAnHour = 30;   // an IPv6 /48
  static constexpr int kWideAnHour = 200;  // an IPv4 /16 or an IPv6 /32
  // Networks that are remembered; while there are so many, others are refused, so that a flood from
  // everywhere neither grows this nor wipes out what anybody has used up.
  static constexpr size_t kTracked = 20'000;

  // `clock` outlives it.
  explicit NetworkLimits(Clock& clock) : clock_(clock) {}

  // Counts one, unless it is one too many: then nothing is counted. `network` is by NeighboursOf().
  bool Take(std::string_view network);

 private:
  bool HasRoom(const std::string& network, int most) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Clock& clock_;
  Mutex mutex_;
  std::map<std::string, int, std::less<>> taken_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::pair<absl::Duration, std::string>> in_order_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::notification
