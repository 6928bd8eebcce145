#include "libs/http/url.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include <curl/curl.h>
#include <idn2.h>

#include "libs/base/handle.h"
#include "libs/base/text/strings.h"

namespace clusterwire::http {
namespace {

constexpr size_t kMaxHost = 253;  // of a name, RFC 1035
constexpr size_t kMaxLabel = 63;
constexpr char kLikeThis[] = "write it like https://example.org/path";

absl::Status InvalidUrl(std::string_view why) {
  return Error(absl::StatusCode::kInvalidArgument, "INVALID_URL", why);
}

// What would end an address in the middle of a text or a page, and what curl reads otherwise than
// browsers do.
bool IsForbidden(unsigned char c) {
  return c <= ' ' || c == 0x7f ||
         std::string_view("\\\"<>`").find(static_cast<char>(c)) != std::string_view::npos;
}

bool IsAscii(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; });
}

// What stands between "://" and the path. curl forgives more or fewer slashes than two.
std::string_view AuthorityOf(std::string_view text) {
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos) return {};
  const std::string_view rest = text.substr(colon + 3);
  return rest.substr(0, rest.find_first_of("/?#"));
}

std::string PartOf(CURLU* url, CURLUPart part) {
  char* value = nullptr;
  if (curl_url_get(url, part, &value, 0) != CURLUE_OK) return {};
  std::string text(value);
  curl_free(value);
  return text;
}

// "bücher.example" → "xn--bcher-kva.example"; empty when it is no name on the Internet.
std::string ToAsciiHost(const std::string& host) {
  char* ascii = nullptr;
  const int code = idn2_to_ascii_8z(host.c_str(), &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  if (code != IDN2_OK) return {};
  std::string name(ascii);
  idn2_free(ascii);
  return name;
}

absl::Status CheckHost(const std::string& host) {
  if (!IsAscii(host)) {
    const std::string ascii = ToAsciiHost(host);
    if (ascii.empty()) return InvalidUrl("has a host that is no name on the Internet");
    return InvalidUrl(absl::StrCat("has a host that isn't ASCII; write that host as ", ascii));
  }
  if (host.find(':') != std::string::npos) return absl::OkStatus();  // IPv6, which curl has checked
  const absl::Status no_name = InvalidUrl(absl::StrCat("has a host that is no name; ", kLikeThis));
  std::string_view name = host;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.size() > kMaxHost) return no_name;
  for (const absl::string_view label : absl::StrSplit(ToAbsl(name), '.')) {
    const bool good =
        !label.empty() && label.size() <= kMaxLabel && label.front() != '-' &&
        label.back() != '-' && std::ranges::all_of(label, [](char c) {
          return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
        });
    if (!good) return no_name;
  }
  return absl::OkStatus();
}

// Before curl sees it: what it would forgive.
absl::Status CheckText(std::string_view text) {
  if (Utf8Length(text).value_or(text.size()) > kMaxUrl) {
    return InvalidUrl(absl::StrCat("longer than ", kMaxUrl, " characters"));
  }
  if (std::ranges::any_of(text, IsForbidden)) {
    return InvalidUrl(
        "holds a space, a quote, a bracket, a backslash or a control character; percent-encode it, "
        "such as %20 for a space");
  }
  const std::string_view authority = AuthorityOf(text);
  if (authority.empty()) return InvalidUrl(absl::StrCat("has no host; ", kLikeThis));
  if (authority.find('@') != std::string_view::npos) {
    return InvalidUrl("holds a user name or password; leave them out");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Url> Url::Parse(std::string_view text) {
  RETURN_IF_ERROR(CheckText(text));
  const Handle<CURLU, curl_url_cleanup> handle(curl_url());
  const CURLUcode code = curl_url_set(handle.get(), CURLUPART_URL, std::string(text).c_str(),
                                      CURLU_NON_SUPPORT_SCHEME);
  if (code == CURLUE_BAD_PORT_NUMBER) return InvalidUrl("has a port that isn't from 1 to 65535");
  if (code != CURLUE_OK) {
    return InvalidUrl(
        absl::StrCat("is no web address (", curl_url_strerror(code), "); ", kLikeThis));
  }
  Url url{.scheme = PartOf(handle.get(), CURLUPART_SCHEME),
          .host = PartOf(handle.get(), CURLUPART_HOST),
          .has_fragment = text.find('#') != std::string_view::npos};
  if (url.scheme != "https" && url.scheme != "http") {
    return InvalidUrl(absl::StrCat("has the scheme '", url.scheme, "'; use https"));
  }
  if (PartOf(handle.get(), CURLUPART_PORT) == "0") {
    return InvalidUrl("has a port that isn't from 1 to 65535");
  }
  if (url.host.size() >= 2 && url.host.front() == '[') {
    url.host = url.host.substr(1, url.host.size() - 2);
  }
  RETURN_IF_ERROR(CheckHost(url.host));
  if (!IsAscii(text)) {
    return InvalidUrl(
        "holds a character that isn't ASCII; percent-encode it, such as %C3%BC for ü");
  }
  return url;
}

}  // namespace clusterwire::http
