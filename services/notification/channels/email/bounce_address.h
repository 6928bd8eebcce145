#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace clusterwire::notification {

// Where mails come back to that couldn't be delivered, and which mailbox that was: an address with
// a token behind a "+", which holds the address key of the mailbox and the day, signed. The same
// all day for one mailbox. Immutable; safe for use from any thread.
class BounceAddress {
 public:
  static constexpr int kDays = 30;           // that a token is believed
  static constexpr size_t kMaxMailbox = 20;  // bytes before the "@" without the token
  static constexpr size_t kMaxRecipient = 320;

  // `address` is in form, `key` is secret.
  BounceAddress(std::string_view address, std::string_view key);

  std::string For(std::string_view address_key, absl::Time now) const;
  // The address key of a recipient, or of its token alone, in any case of letters; none for what
  // For() hasn't made in the last kDays.
  std::optional<std::string> Read(std::string_view recipient, absl::Time now) const;

 private:
  std::string Sign(std::string_view content) const;

  const std::string mailbox_;
  const std::string domain_;
  const std::string key_;
};

}  // namespace clusterwire::notification
