#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "clusterwire/config/v1/catalogue.pb.h"

#include "libs/base/clock.h"
#include "libs/base/random.h"

namespace clusterwire::catalogue {

// The catalogue: all its parts, made in the order in which they depend on each other. Safe for use
// from any thread. Killed at any instant it goes on where it was: what was answered is there, and
// what was written reaches Kafka.
class Server {
 public:
  // Reads all Facts into the search index and lets the clock catch up, then serves. Kafka may be
  // away: writes go on and are sent later. An error names the option or the address that is wrong.
  // `clock` and `random` outlive it.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const config::v1::CatalogueConfig& config,
                                                       Clock& clock, Random& random);
  // Stop().
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Where it listens, with the ports that were really taken.
  std::string grpc_address() const;
  int http_port() const;

  // Health off, streams ended with UNAVAILABLE, calls drained, then the relay, the clock and the
  // index stopped and the database closed. Calls get the grace of the configuration. Later calls do
  // nothing.
  void Stop();

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

// What can be checked without starting: ranges, addresses, what must be set.
absl::Status CheckConfig(const config::v1::CatalogueConfig& config);

}  // namespace clusterwire::catalogue
