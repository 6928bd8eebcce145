#include "libs/base/net/ip_address.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include <arpa/inet.h>
#include <netinet/in.h>

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire {
namespace {

bool StartsWith(const std::array<uint8_t, 16>& bytes, std::initializer_list<uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

}  // namespace

IpAddress IpAddress::V4(const uint8_t* bytes) {
  IpAddress address;
  address.v4_ = true;
  std::copy_n(bytes, 4, address.bytes_.begin());
  return address;
}

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  const std::string terminated(text);
  IpAddress address;
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes_.data()) == 1) {
    address.v4_ = true;
    return address;
  }
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes_.data()) == 1) return address;
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::FromSocket(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, address, sizeof v4);
    uint8_t bytes[4];
    std::memcpy(bytes, &v4.sin_addr, sizeof bytes);
    return V4(bytes);
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, address, sizeof v6);
    IpAddress result;
    std::memcpy(result.bytes_.data(), &v6.sin6_addr, result.bytes_.size());
    return result;
  }
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::Embedded() const {
  if (v4_) return std::nullopt;
  const auto at = [&](size_t i) { return V4(bytes_.data() + i); };
  const IpAddress zero;
  if (Prefix(96) == zero && Prefix(120) != zero) return at(12);  // deprecated; neither :: nor ::1
  if (StartsWith(bytes_, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff})) return at(12);  // mapped
  if (StartsWith(bytes_, {0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0})) return at(12);  // translated
  // NAT64 by its well-known prefix, /96. A network's own (64:ff9b:1::/48) may put the address
  // anywhere behind it.
  if (StartsWith(bytes_, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) return at(12);
  if (StartsWith(bytes_, {0x20, 0x02})) return at(2);  // 6to4
  if (StartsWith(bytes_, {0x20, 0x01, 0, 0})) {        // Teredo, inverted
    uint8_t inverted[4];
    for (size_t i = 0; i < 4; ++i) inverted[i] = static_cast<uint8_t>(~bytes_[12 + i]);
    return V4(inverted);
  }
  return std::nullopt;
}

bool IpAddress::is_loopback() const {
  constexpr uint8_t kLoopback = 127;
  if (v4_) return bytes_[0] == kLoopback;
  std::array<uint8_t, 16> one{};
  one.back() = 1;
  return bytes_ == one || StartsWith(bytes_, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, kLoopback});
}

IpAddress IpAddress::Prefix(int bits) const {
  IpAddress prefix = *this;
  for (int bit = bits; bit < 128; ++bit) {
    prefix.bytes_[static_cast<size_t>(bit / 8)] &= static_cast<uint8_t>(~(0x80 >> bit % 8));
  }
  return prefix;
}

std::string IpAddress::ToString() const {
  char text[INET6_ADDRSTRLEN];
  inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), text, sizeof text);
  return text;
}

absl::StatusOr<IpRange> IpRange::Parse(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return Error(absl::StatusCode::kInvalidArgument, "INVALID_RANGE",
                 absl::StrCat("'", ToAbsl(text), "' is no address range (", ToAbsl(why),
                              "); write it like 10.0.0.0/8 or fc00::/7"));
  };
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return wrong("no /");
  const std::optional<IpAddress> first = IpAddress::Parse(text.substr(0, slash));
  if (!first) return wrong("no IP address");
  IpRange range;
  range.first_ = *first;
  const int most = first->is_v4() ? 32 : 128;
  if (!absl::SimpleAtoi(ToAbsl(text.substr(slash + 1)), &range.bits_) || range.bits_ < 0 ||
      range.bits_ > most) {
    return wrong(absl::StrCat("the prefix is 0 to ", most));
  }
  if (first->Prefix(range.bits_) != *first) return wrong("bits behind the prefix are set");
  return range;
}

bool IpRange::Contains(const IpAddress& address) const { return address.Prefix(bits_) == first_; }

}  // namespace clusterwire
