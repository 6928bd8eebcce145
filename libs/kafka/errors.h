#pragma once

#include <string_view>

#include "absl/status/status.h"

struct rd_kafka_s;

namespace clusterwire::kafka {

// librdkafka's error as a status that says what to do. Codes and reasons:
//   UNAVAILABLE          KAFKA_UNAVAILABLE          retriable: brokers away, leader moving, …
//   ABORTED              KAFKA_FATAL                this client is done for: make a new one
//   NOT_FOUND            KAFKA_TOPIC_UNKNOWN        no such topic or partition
//   OUT_OF_RANGE         KAFKA_OFFSET_OUT_OF_RANGE  the log doesn't hold that offset
//   INVALID_ARGUMENT     KAFKA_MESSAGE_TOO_LARGE    above the client's or the topic's limit
//   PERMISSION_DENIED    KAFKA_NOT_AUTHORIZED       credentials or ACLs
//   INTERNAL             KAFKA_ERROR                everything else
// `code` is an rd_kafka_resp_err_t. Metadata holds its name under "error".
absl::Status ToStatus(int code, std::string_view doing);

// The fatal error that `client` has met, or OK.
absl::Status FatalError(rd_kafka_s* client);

// True when trying again later with the same client may work.
bool IsRetriable(const absl::Status& status);
// True when only a new client helps.
bool NeedsNewClient(const absl::Status& status);

}  // namespace clusterwire::kafka
