#include "services/notification/channels/email/address_key.h"

#include "absl/strings/ascii.h"

#include "libs/base/crypto.h"
#include "libs/base/text/strings.h"

namespace clusterwire::notification {

AddressKey::AddressKey(std::string_view key) : key_(HmacSha256(key, "clusterwire: addresses")) {}

std::string AddressKey::Of(std::string_view address) const {
  return HmacSha256(key_, absl::AsciiStrToLower(ToAbsl(address))).substr(0, kBytes);
}

}  // namespace clusterwire::notification
