#pragma once

#include <string>
#include <string_view>

namespace clusterwire::notification {

// What stands for an e-mail address where the address itself must not: keyed, so that who has the
// database alone can't try addresses out. The same for all replicas, which share the key.
// Immutable; safe for use from any thread.
class AddressKey {
 public:
  static constexpr size_t kBytes = 16;

  // `key` is secret; what is made of it here serves nothing else.
  explicit AddressKey(std::string_view key);

  // kBytes bytes of an address in form. Case before the "@" doesn't count: nearly no server tells
  // mailboxes apart by it, and a person mustn't get by it what was refused for them.
  std::string Of(std::string_view address) const;

 private:
  const std::string key_;
};

}  // namespace clusterwire::notification
