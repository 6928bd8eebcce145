#include "services/notification/channels/email/bounce_address.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "libs/base/crypto.h"
#include "libs/base/text/strings.h"
#include "services/notification/channels/email/address_key.h"

namespace clusterwire::notification {
namespace {

// Mailboxes are often brought to lower case on their way: five bits a character.
constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr size_t kDayBytes = 2;
constexpr size_t kSignatureBytes = 8;
constexpr size_t kContentBytes = AddressKey::kBytes + kDayBytes;

std::string ToText(std::string_view bytes) {
  std::string text;
  uint32_t bits = 0;
  int held = 0;
  for (const char byte : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(byte);
    for (held += 8; held >= 5; held -= 5) text += kAlphabet[(bits >> (held - 5)) & 31];
  }
  if (held > 0) text += kAlphabet[(bits << (5 - held)) & 31];
  return text;
}

// Empty for what ToText() hasn't made.
std::string FromText(std::string_view text) {
  std::string bytes;
  uint32_t bits = 0;
  int held = 0;
  for (const char letter : text) {
    const size_t value = kAlphabet.find(letter);
    if (value == std::string_view::npos) return "";
    bits = (bits << 5) | static_cast<uint32_t>(value);
    held += 5;
    if (held >= 8) {
      held -= 8;
      bytes += static_cast<char>((bits >> held) & 0xff);
    }
  }
  return ToText(bytes) == text ? bytes : "";
}

// Of 65,536, so that it comes again after 179 years.
int64_t DayOf(absl::Time time) { return (absl::ToUnixSeconds(time) / 86'400) & 0xffff; }

}  // namespace

BounceAddress::BounceAddress(std::string_view address, std::string_view key)
    : mailbox_(address.substr(0, address.rfind('@'))),
      domain_(address.substr(address.rfind('@') + 1)),
      key_(HmacSha256(key, "clusterwire: bounces")) {}

std::string BounceAddress::Sign(std::string_view content) const {
  return HmacSha256(key_, content).substr(0, kSignatureBytes);
}

std::string BounceAddress::For(std::string_view address_key, absl::Time now) const {
  const int64_t day = DayOf(now);
  std::string content(address_key);
  content += static_cast<char>(day >> 8);
  content += static_cast<char>(day & 0xff);
  return absl::StrCat(mailbox_, "+", ToText(content + Sign(content)), "@", domain_);
}

std::optional<std::string> BounceAddress::Read(std::string_view recipient, absl::Time now) const {
  if (recipient.size() > kMaxRecipient) return std::nullopt;
  std::string_view token = recipient.substr(0, recipient.rfind('@'));
  if (const size_t plus = token.rfind('+'); plus != std::string_view::npos) {
    token.remove_prefix(plus + 1);
  }
  const std::string bytes = FromText(absl::AsciiStrToLower(ToAbsl(token)));
  if (bytes.size() != kContentBytes + kSignatureBytes) return std::nullopt;
  const std::string content = bytes.substr(0, kContentBytes);
  if (!SameBytes(bytes.substr(kContentBytes), Sign(content))) return std::nullopt;
  const int64_t day = int64_t{static_cast<unsigned char>(content[AddressKey::kBytes])} << 8 |
                      static_cast<unsigned char>(content[AddressKey::kBytes + 1]);
  const int64_t age = (DayOf(now) - day) & 0xffff;
  // One from tomorrow is of a replica whose clock runs ahead.
  if (age > kDays && age != 0xffff) return std::nullopt;
  return content.substr(0, AddressKey::kBytes);
}

}  // namespace clusterwire::notification
