#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include <sys/socket.h>

namespace clusterwire {

// An IPv4 or IPv6 address. One that an IPv6 form carries inside (mapped, NAT64, 6to4, Teredo) stays
// in that form until Embedded() unpacks it.
class IpAddress {
 public:
  // Strict text: four decimal numbers, or IPv6 without a zone. Nothing for anything else.
  static std::optional<IpAddress> Parse(std::string_view text);
  // Nothing for families other than AF_INET and AF_INET6.
  static std::optional<IpAddress> FromSocket(const sockaddr* address);

  bool is_v4() const { return v4_; }
  // Whether only this machine has it: 127.0.0.0/8, also in its mapped form, and ::1.
  bool is_loopback() const;
  // The IPv4 address to which a packet for this IPv6 address may end up being sent.
  std::optional<IpAddress> Embedded() const;
  std::string ToString() const;
  // With its first bits only; the others are zero.
  IpAddress Prefix(int bits) const;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  friend class IpRange;
  static IpAddress V4(const uint8_t* bytes);

  std::array<uint8_t, 16> bytes_{};  // network order; IPv4 uses the first four
  bool v4_ = false;
};

// All addresses that share their first bits: "10.0.0.0/8", "fc00::/7".
class IpRange {
 public:
  // INVALID_ARGUMENT says what is wrong; bits behind the prefix must be zero.
  static absl::StatusOr<IpRange> Parse(std::string_view text);

  bool Contains(const IpAddress& address) const;

 private:
  IpAddress first_;
  int bits_ = 0;
};

}  // namespace clusterwire
