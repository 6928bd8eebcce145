#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/kafka/message.h"
#include "services/notification/ledger/records/records.h"

namespace clusterwire::notification {

// Reads what came from Kafka, whole but for who wrote it. INVALID_ARGUMENT, saying what is
// wrong, for everything that isn't a ResourceChanged with an identity and its ce_id.
absl::StatusOr<KeptRecord> ReadRecord(const kafka::ReceivedMessage& message, absl::Time received);

// Tells a message from any other that might stand at its offset after a topic was made anew: over
// key, value, headers and time, as they came.
std::string DigestOf(const kafka::ReceivedMessage& message);

}  // namespace clusterwire::notification
