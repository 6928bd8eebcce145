#include "services/notification/consent/pages/network_limits.h"

#include <vector>

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

namespace {

// It and what it is part of, with how often each may do it within an hour.
std::vector<std::pair<std::string, int>> LimitsOf(std::string_view network) {
  std::vector<std::pair<std::string, int>> limits = {
      {std::string(network), NetworkLimits::kAnHour}};
  const std::string_view text = network.substr(network.find(':') + 1);
  if (network.starts_with("ipv4:")) {
    limits.emplace_back(network.substr(0, network.rfind('.')), NetworkLimits::kWideAnHour);
  } else if (const auto ip = IpAddress::Parse(text.substr(0, text.find('/')))) {
    for (const auto& [bits, most] :
         {std::pair(48, NetworkLimits::kSiteAnHour), std::pair(32, NetworkLimits::kWideAnHour)}) {
      limits.emplace_back(absl::StrCat("ipv6:", ip->Prefix(bits).ToString(), "/", bits), most);
    }
  }
  return limits;
}

}  // namespace

bool NetworkLimits::HasRoom(const std::string& network, int most) const {
  const auto known = taken_.find(network);
  return known == taken_.end() ? taken_.size() < kTracked : known->second < most;
}

bool NetworkLimits::Take(std::string_view network) {
  const std::vector<std::pair<std::string, int>> limits = LimitsOf(network);
  const absl::Duration now = clock_.Uptime();
  MutexLock lock(mutex_);
  while (!in_order_.empty() && in_order_.front().first + absl::Hours(1) <= now) {
    const auto old = taken_.find(in_order_.front().second);
    if (--old->second == 0) taken_.erase(old);
    in_order_.pop_front();
  }
  for (const auto& [name, most] : limits) {
    if (!HasRoom(name, most)) return false;
  }
  for (const auto& [name, most] : limits) {
    ++taken_[name];
    in_order_.emplace_back(now, name);
  }
  return true;
}

}  // namespace clusterwire::notification
