#pragma once

#include "libs/base/time/clock.h"
#include "services/notification/channels/email/address_key.h"
#include "services/notification/channels/email/bounce_address.h"

namespace clusterwire::notification {

// What the service knows mailboxes by, whether or not it sends mails. Immutable; safe for use from
// any thread.
struct Mailboxes {
  AddressKey key;
  BounceAddress bounces;
  Clock& clock;
};

}  // namespace clusterwire::notification
