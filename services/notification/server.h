#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "clusterwire/config/v1/notification.pb.h"

#include "libs/base/clock.h"
#include "libs/base/random.h"

namespace clusterwire::notification {

// The notification service: all its parts, made in the order in which they depend on each other.
// Safe for use from any thread. Killed at any instant it goes on where it was: a notice may then go
// out a second time, under the same id, and nothing else is repeated or lost.
class Server {
 public:
  // Starts to serve. Kafka may be away: it is tried again, and health says NOT_SERVING until then.
  // An error names the option or the address that is wrong. `clock` and `random` outlive it.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const config::v1::NotificationConfig& config,
                                                       Clock& clock, Random& random);
  // Stop().
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Where it listens, with the ports that were really taken.
  std::string grpc_address() const;
  int http_port() const;

  // Health off, streams ended with UNAVAILABLE, calls drained, then the consumer closed, what is
  // under way to receivers waited for and recorded, and the databases closed. Takes the grace of
  // the configuration at most twice: for calls, and for receivers. Later calls do nothing.
  void Stop();

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

// What can be checked without starting: ranges, addresses, what must be set.
absl::Status CheckConfig(const config::v1::NotificationConfig& config);

}  // namespace clusterwire::notification
