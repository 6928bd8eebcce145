#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/base/net/ip_address.h"

namespace clusterwire::http {

// Says which addresses our requests may go to, so that a stranger can't use us to reach what only
// we can reach. Refused: loopback, private, link-local (with it the metadata services of clouds),
// shared (CGNAT), multicast, unspecified, documentation and reserved ranges, and IPv6 forms that
// carry such an IPv4 address. Immutable; safe for use from any thread.
//
// Two questions at two times: CheckUrl when an address is entered (pure), and CheckAddress for the
// address that a socket is about to be connected to. Only the second one protects: a name resolves
// to something else a second later. Client::LookUp asks it without connecting.
class AddressGuard {
 public:
  struct Options {
    // Ranges that may be reached although they are on the list above: "127.0.0.0/8" for tests.
    std::vector<std::string> allowed = {};
    bool allow_http = false;  // unencrypted requests
  };

  static absl::StatusOr<AddressGuard> Create(const Options& options);

  // PERMISSION_DENIED, reason ADDRESS_REFUSED, names the address and the kind of its range.
  absl::Status CheckAddress(const IpAddress& address) const;

  // What Url::Parse says, https (or http where allowed), and, if the host is a literal address (in
  // any spelling that our client would understand), one that may be reached. INVALID_ARGUMENT,
  // reason INVALID_URL, or ADDRESS_REFUSED.
  absl::Status CheckUrl(std::string_view url) const;

 private:
  std::vector<IpRange> allowed_;
  bool allow_http_ = false;
};

}  // namespace clusterwire::http
