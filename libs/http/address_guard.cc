#include "libs/http/address_guard.h"

#include <optional>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/http/url.h"

namespace clusterwire::http {
namespace {

struct Refused {
  IpRange range;
  const char* kind;
};

// IANA's special-purpose registries, less what is globally reachable.
const std::vector<Refused>& RefusedRanges() {
  const auto range = [](const char* text) { return *IpRange::Parse(text); };
  static const auto* const kRanges = new std::vector<Refused>{
      {range("0.0.0.0/8"), "unspecified"},
      {range("10.0.0.0/8"), "private"},
      {range("100.64.0.0/10"), "shared by a provider"},
      {range("127.0.0.0/8"), "loopback"},
      {range("169.254.0.0/16"), "link-local"},
      {range("172.16.0.0/12"), "private"},
      {range("192.0.0.0/24"), "reserved for protocols"},
      {range("192.0.2.0/24"), "documentation"},
      {range("192.88.99.0/24"), "a former relay"},
      {range("192.168.0.0/16"), "private"},
      {range("198.18.0.0/15"), "benchmarking"},
      {range("198.51.100.0/24"), "documentation"},
      {range("203.0.113.0/24"), "documentation"},
      {range("224.0.0.0/4"), "multicast"},
      {range("240.0.0.0/4"), "reserved"},  // with 255.255.255.255
      {range("::/128"), "unspecified"},
      {range("::1/128"), "loopback"},
      {range("64:ff9b:1::/48"), "private translation"},
      {range("100::/64"), "discard"},
      {range("2001::/23"), "reserved for protocols"},
      {range("2001:db8::/32"), "documentation"},
      {range("3fff::/20"), "documentation"},
      {range("5f00::/16"), "segment routing"},
      {range("fc00::/7"), "private"},
      {range("fe80::/10"), "link-local"},
      {range("fec0::/10"), "private"},
      {range("ff00::/8"), "multicast"},
  };
  return *kRanges;
}

}  // namespace

absl::StatusOr<AddressGuard> AddressGuard::Create(const Options& options) {
  AddressGuard guard;
  guard.allow_http_ = options.allow_http;
  for (const std::string& text : options.allowed) {
    ASSIGN_OR_RETURN(IpRange range, IpRange::Parse(text));
    guard.allowed_.push_back(range);
  }
  return guard;
}

absl::Status AddressGuard::CheckAddress(const IpAddress& address) const {
  for (const IpRange& range : allowed_) {
    if (range.Contains(address)) return absl::OkStatus();
  }
  if (const auto embedded = address.Embedded()) return CheckAddress(*embedded);
  for (const Refused& refused : RefusedRanges()) {
    if (!refused.range.Contains(address)) continue;
    return Error(absl::StatusCode::kPermissionDenied, "ADDRESS_REFUSED",
                 absl::StrCat(address.ToString(), " may not be reached: it is ", refused.kind,
                              "; use an address of the public Internet"),
                 {{"address", address.ToString()}, {"kind", refused.kind}});
  }
  return absl::OkStatus();
}

absl::Status AddressGuard::CheckUrl(std::string_view text) const {
  ASSIGN_OR_RETURN(const Url url, Url::Parse(text));
  if (url.scheme == "http" && !allow_http_) {
    return Error(absl::StatusCode::kInvalidArgument, "INVALID_URL",
                 "has the scheme 'http', which is not encrypted; use https");
  }
  const std::optional<IpAddress> literal = IpAddress::Parse(url.host);
  return literal ? CheckAddress(*literal) : absl::OkStatus();
}

}  // namespace clusterwire::http
