#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/filter/predicate.h"
#include "libs/kafka/message.h"
#include "services/notification/ledger/records.h"

namespace clusterwire::notification {

// A record as the public may see it, and whether it hides the resource from the public.
struct ReadRecord {
  Record record;
  bool hidden = false;
};

// Reads what came from Kafka and cuts it. INVALID_ARGUMENT, saying what is wrong, for everything
// that isn't a ResourceChanged with an identity and its ce_id. `public_sees` is the empty filter
// compiled for the public.
absl::StatusOr<ReadRecord> ReadMessage(const kafka::ReceivedMessage& message,
                                       const filter::Predicate& public_sees, absl::Time received);

}  // namespace clusterwire::notification
