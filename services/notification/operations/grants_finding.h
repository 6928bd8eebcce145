#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/kafka/client.h"
#include "libs/service/findings.h"
#include "services/notification/grants/grants.h"
#include "services/notification/resources/subscribers/interests.h"

namespace clusterwire::notification {

struct GrantsTopic {
  kafka::ClientOptions kafka;
  std::string topic;
  absl::Duration patience;
};

// Whether it is known who may see what is not public, as "grants". `reading` is how the reader
// stands. Asks the broker how the topic is kept.
service::Finding LookAtGrants(const GrantsTopic& from, const Grants& grants,
                              const absl::Status& reading, const Interests::Counts& counts);

}  // namespace clusterwire::notification
