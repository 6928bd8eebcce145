#include "libs/http/address_guard.h"

#include <netdb.h>

#include <optional>

#include "absl/strings/str_cat.h"
#include <curl/curl.h>

#include "libs/base/handle.h"
#include "libs/base/status/error.h"

namespace clusterwire::http {
namespace {

constexpr size_t kMaxUrl = 2048;

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

absl::Status InvalidUrl(std::string_view why) {
  return Error(absl::StatusCode::kInvalidArgument, "INVALID_URL", why);
}

// An address read by the very parser that our client uses, so that both see the same host.
class Url {
 public:
  static absl::StatusOr<Url> Parse(const std::string& text) {
    Url url;
    const CURLUcode code =
        curl_url_set(url.handle_.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME);
    if (code != CURLUE_OK) {
      return InvalidUrl(absl::StrCat("not a web address (", curl_url_strerror(code),
                                     "); write it like https://example.org/path"));
    }
    return url;
  }

  std::string Get(CURLUPart part) const {
    char* value = nullptr;
    if (curl_url_get(handle_.get(), part, &value, 0) != CURLUE_OK) return {};
    std::string text(value);
    curl_free(value);
    return text;
  }

  // Without the brackets and the zone of IPv6.
  std::string Host() const {
    std::string host = Get(CURLUPART_HOST);
    if (host.size() >= 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
    return host;
  }

 private:
  Handle<CURLU, curl_url_cleanup> handle_{curl_url()};
};

// What stands between "://" and the path. Our client's parser forgives more than it should.
std::string_view AuthorityOf(std::string_view text) {
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos) return {};
  const std::string_view rest = text.substr(colon + 3);
  return rest.substr(0, rest.find_first_of("/?#"));
}

absl::StatusOr<Url> ParseAndCheck(std::string_view text, bool allow_http) {
  if (text.size() > kMaxUrl) {
    return InvalidUrl(absl::StrCat("longer than ", kMaxUrl, " characters"));
  }
  for (const unsigned char c : text) {
    if (c <= ' ' || c >= 0x7f || c == '\\') {
      return InvalidUrl(
          "holds a space, a backslash, a control or a non-ASCII character; "
          "percent-encode it");
    }
  }
  const std::string_view authority = AuthorityOf(text);
  if (authority.empty()) return InvalidUrl("has no host; write it like https://example.org/path");
  if (authority.find('@') != std::string_view::npos) {
    return InvalidUrl("holds a user name or password; leave them out");
  }
  ASSIGN_OR_RETURN(Url url, Url::Parse(std::string(text)));
  const std::string scheme = url.Get(CURLUPART_SCHEME);
  if (scheme != "https" && !(scheme == "http" && allow_http)) {
    return InvalidUrl(absl::StrCat("scheme '", scheme, "' is not accepted; use https"));
  }
  if (const std::string port = url.Get(CURLUPART_PORT); port == "0") {
    return InvalidUrl("port 0 can't be connected to");
  }
  return url;
}

}  // namespace

absl::StatusOr<std::vector<IpAddress>> ResolveBySystem(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (code != 0) {
    return Error(absl::StatusCode::kUnavailable, "NAME_NOT_RESOLVED",
                 absl::StrCat("'", host, "' can't be resolved: ", gai_strerror(code)));
  }
  std::vector<IpAddress> addresses;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    if (auto address = IpAddress::FromSocket(one->ai_addr)) addresses.push_back(*address);
  }
  freeaddrinfo(found);
  return addresses;
}

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
  ASSIGN_OR_RETURN(const Url url, ParseAndCheck(text, allow_http_));
  const std::optional<IpAddress> literal = IpAddress::Parse(url.Host());
  return literal ? CheckAddress(*literal) : absl::OkStatus();
}

absl::Status AddressGuard::CheckHost(std::string_view text, const Resolver& resolve) const {
  ASSIGN_OR_RETURN(const Url url, ParseAndCheck(text, allow_http_));
  if (const auto literal = IpAddress::Parse(url.Host())) return CheckAddress(*literal);
  const std::string host = url.Host();
  ASSIGN_OR_RETURN(const std::vector<IpAddress> addresses, resolve(host));
  absl::Status refusal = Error(absl::StatusCode::kUnavailable, "NAME_NOT_RESOLVED",
                               absl::StrCat("'", host, "' has no address"));
  for (const IpAddress& address : addresses) {
    absl::Status status = CheckAddress(address);
    if (status.ok()) return status;
    refusal = Error(status.code(), ReasonOf(status),
                    absl::StrCat("'", host, "' resolves to ", std::string(status.message())),
                    {{"host", host}, {"address", address.ToString()}});
  }
  return refusal;
}

}  // namespace clusterwire::http
