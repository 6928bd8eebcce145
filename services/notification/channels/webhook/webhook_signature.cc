#include "services/notification/channels/webhook/webhook_signature.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "libs/base/crypto.h"
#include "libs/base/text/strings.h"

namespace clusterwire::notification {

std::string WebhookSignature(std::string_view key, std::string_view id, absl::Time time,
                             std::string_view body) {
  return "v1," +
         absl::Base64Escape(HmacSha256(
             key, absl::StrCat(ToAbsl(id), ".", absl::ToUnixSeconds(time), ".", ToAbsl(body))));
}

}  // namespace clusterwire::notification
