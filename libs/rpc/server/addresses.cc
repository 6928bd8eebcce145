#include "libs/rpc/server/addresses.h"

#include <netdb.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include <sys/socket.h>

#include "libs/base/net/ip_address.h"

namespace clusterwire::rpc {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* all) const { freeaddrinfo(all); }
};

// Whether this machine has it, on whichever port.
bool IsHere(const addrinfo& address) {
  const int probe = socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return false;
  const absl::Cleanup close_probe = [probe] { close(probe); };
  return bind(probe, address.ai_addr, address.ai_addrlen) == 0;
}

}  // namespace

std::vector<std::string> AddressesOf(const std::string& address) {
  const size_t colon = address.rfind(':');
  const std::string host = address.substr(0, colon), port = address.substr(colon + 1);
  if (host.find(':') != std::string::npos || IpAddress::Parse(host)) return {address};
  addrinfo wanted = {};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* all = nullptr;
  if (getaddrinfo(host.c_str(), "0", &wanted, &all) != 0) return {address};
  const std::unique_ptr<addrinfo, FreeAddresses> owner(all);
  std::vector<std::string> found;
  for (const addrinfo* one = all; one != nullptr; one = one->ai_next) {
    const auto ip = IpAddress::FromSocket(one->ai_addr);
    if (!ip || !IsHere(*one)) continue;
    std::string text = ip->is_v4() ? absl::StrCat(ip->ToString(), ":", port)
                                   : absl::StrCat("[", ip->ToString(), "]:", port);
    if (std::ranges::find(found, text) == found.end()) found.push_back(std::move(text));
  }
  if (found.empty()) return {address};
  if (port.find_first_not_of('0') == std::string::npos) found.resize(1);
  return found;
}

}  // namespace clusterwire::rpc
