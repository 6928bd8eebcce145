#include "services/notification/channels/email/address_key.h"

#include <gtest/gtest.h>

namespace clusterwire::notification {
namespace {

TEST(AddressKey, OneMailboxHasOneKeyAndOthersHaveOthers) {
  const AddressKey key("secret");
  EXPECT_EQ(key.Of("anna@example.org").size(), AddressKey::kBytes);
  EXPECT_EQ(key.Of("anna@example.org"), key.Of("Anna@example.org"));
  EXPECT_NE(key.Of("anna@example.org"), key.Of("anne@example.org"));
  EXPECT_NE(key.Of("anna@example.org"), AddressKey("other").Of("anna@example.org"));
}

}  // namespace
}  // namespace clusterwire::notification
