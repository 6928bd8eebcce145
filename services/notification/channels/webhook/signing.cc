#include "services/notification/channels/webhook/signing.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "libs/base/crypto.h"
#include "libs/base/text/strings.h"

namespace clusterwire::notification {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr size_t kMadeBytes = 32;
constexpr size_t kLeastBytes = 24;
constexpr size_t kMostBytes = 64;

size_t DecodedBytes(std::string_view base64) {
  while (base64.ends_with('=')) base64.remove_suffix(1);
  return base64.size() * 3 / 4;
}

}  // namespace

std::string MakeSecret(Random& random) {
  return absl::StrCat(ToAbsl(kPrefix), absl::Base64Escape(RandomBytes(random, kMadeBytes)));
}

std::optional<std::string> KeyOf(std::string_view secret) {
  if (!secret.starts_with(kPrefix)) return std::nullopt;
  const std::string_view base64 = secret.substr(kPrefix.size());
  const size_t bytes = DecodedBytes(base64);
  if (bytes < kLeastBytes || bytes > kMostBytes) return std::nullopt;
  std::string key;
  if (!absl::Base64Unescape(ToAbsl(base64), &key)) return std::nullopt;
  return key;
}

std::string WebhookSignature(std::string_view key, std::string_view id, absl::Time time,
                             std::string_view body) {
  return "v1," +
         absl::Base64Escape(HmacSha256(
             key, absl::StrCat(ToAbsl(id), ".", absl::ToUnixSeconds(time), ".", ToAbsl(body))));
}

}  // namespace clusterwire::notification
