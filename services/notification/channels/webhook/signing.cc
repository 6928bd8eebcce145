#include "services/notification/channels/webhook/signing.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/crypto.h"
#include "libs/base/text/strings.h"

namespace clusterwire::notification {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr size_t kMadeBytes = 32;
constexpr size_t kLeastBytes = 24;
constexpr size_t kMostBytes = 64;

}  // namespace

std::string MakeSecret(Random& random) {
  return absl::StrCat(ToAbsl(kPrefix), absl::Base64Escape(RandomBytes(random, kMadeBytes)));
}

std::optional<std::string> KeyOf(std::string_view secret) {
  if (!secret.starts_with(kPrefix)) return std::nullopt;
  // The decoder forgives spaces and missing padding, and receivers' decoders each something else:
  // only what encodes back to itself is the same key everywhere.
  const absl::string_view base64 = ToAbsl(secret.substr(kPrefix.size()));
  std::string key;
  if (!absl::Base64Unescape(base64, &key) || absl::Base64Escape(key) != base64) return std::nullopt;
  if (key.size() < kLeastBytes || key.size() > kMostBytes) return std::nullopt;
  // Copied, since GCC 12 takes the move of a string of known size for a write out of bounds.
  return std::make_optional<std::string>(key.data(), key.size());
}

std::string WebhookSignature(std::span<const std::string> keys, std::string_view id,
                             absl::Time time, std::string_view body) {
  const std::string text =
      absl::StrCat(ToAbsl(id), ".", absl::ToUnixSeconds(time), ".", ToAbsl(body));
  std::vector<std::string> signatures;
  for (const std::string& key : keys) {
    signatures.push_back("v1," + absl::Base64Escape(HmacSha256(key, text)));
  }
  return absl::StrJoin(signatures, " ");
}

}  // namespace clusterwire::notification
