#include "libs/rpc/admission/peer.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include <arpa/inet.h>
#include <netinet/in.h>

#include "libs/base/net/ip_address.h"
#include "libs/base/text/strings.h"

namespace clusterwire::rpc {
namespace {

constexpr std::string_view kIpv4 = "ipv4:", kIpv6 = "ipv6:";

// The host of "host:port".
std::string_view HostOf(std::string_view address) { return address.substr(0, address.rfind(':')); }

// Without the brackets of IPv6, which gRPC escapes.
std::string Bare(std::string_view host) {
  return absl::StrReplaceAll(ToAbsl(host), {{"%5B", ""}, {"%5D", ""}, {"[", ""}, {"]", ""}});
}

std::string Ipv6AddressOf(std::string_view host) {
  const std::string bare = Bare(host);
  const std::string text = bare.substr(0, bare.find('%'));  // without its zone
  in6_addr bytes;
  if (inet_pton(AF_INET6, text.c_str(), &bytes) != 1) return absl::StrCat(ToAbsl(kIpv6), text);
  char written[INET6_ADDRSTRLEN];
  if (IN6_IS_ADDR_V4MAPPED(&bytes)) {
    inet_ntop(AF_INET, bytes.s6_addr + 12, written, sizeof written);
    return absl::StrCat(ToAbsl(kIpv4), written);
  }
  std::fill(bytes.s6_addr + 8, bytes.s6_addr + 16, uint8_t{0});
  inet_ntop(AF_INET6, &bytes, written, sizeof written);
  return absl::StrCat(ToAbsl(kIpv6), written, "/64");
}

}  // namespace

bool IsLoopback(std::string_view address) {
  const std::string_view host = HostOf(address);
  const auto ip = IpAddress::Parse(Bare(host));
  return ip ? ip->is_loopback() : absl::EqualsIgnoreCase(ToAbsl(host), "localhost");
}

bool IsLocal(std::string_view peer) {
  const bool ip = peer.starts_with(kIpv4) || peer.starts_with(kIpv6);
  return ip ? IsLoopback(peer.substr(kIpv4.size())) : peer.starts_with("unix:");
}

std::string AddressOf(std::string_view peer) {
  if (peer.starts_with(kIpv6)) return Ipv6AddressOf(HostOf(peer.substr(kIpv6.size())));
  if (peer.starts_with(kIpv4)) return std::string(HostOf(peer));
  // Sockets of this machine have no address each.
  return std::string(peer.substr(0, peer.find(':')));
}

Caller CallerAt(std::string_view peer, bool loopback_is_operator) {
  if (!loopback_is_operator || !IsLocal(peer)) {
    return {.subject = "public", .proof = Caller::Proof::kNone};
  }
  return {.subject = "loopback", .proof = Caller::Proof::kLoopback, .is_operator = true};
}

}  // namespace clusterwire::rpc
