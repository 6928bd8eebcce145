#include "services/notification/consent/pages/network_limits.h"

#include "absl/strings/str_cat.h"

#include "libs/base/net/ip_address.h"
#include "libs/base/text/strings.h"
#include "libs/rpc/admission/peer.h"

namespace clusterwire::notification {

std::string NetworkOf(std::string_view remote) {
  const auto address = IpAddress::Parse(remote);
  if (!address) return "";
  return rpc::AddressOf(address->is_v4() ? absl::StrCat("ipv4:", ToAbsl(remote), ":0")
                                         : absl::StrCat("ipv6:[", ToAbsl(remote), "]:0"));
}

std::string_view NeighboursOf(std::string_view network) {
  return network.starts_with("ipv4:") ? network.substr(0, network.rfind('.')) : network;
}

bool NetworkLimits::Take(std::string_view network) {
  const absl::Duration now = clock_.Uptime();
  MutexLock lock(mutex_);
  while (!in_order_.empty() && in_order_.front().first + absl::Hours(1) <= now) {
    const auto old = taken_.find(in_order_.front().second);
    if (--old->second == 0) taken_.erase(old);
    in_order_.pop_front();
  }
  const auto known = taken_.find(network);
  if (known == taken_.end() ? taken_.size() >= kTracked : known->second >= kAnHour) return false;
  ++taken_[std::string(network)];
  in_order_.emplace_back(now, network);
  return true;
}

}  // namespace clusterwire::notification
