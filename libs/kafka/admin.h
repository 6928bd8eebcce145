#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/kafka/client.h"

namespace clusterwire::kafka {

struct TopicSettings {
  std::string name;
  int32_t partitions = 1;
  int16_t replication = 1;
  absl::Duration retention = absl::InfiniteDuration();  // by time; infinite: kept for ever
  std::map<std::string, std::string> config = {};       // further topic properties
};

struct TopicDescription {
  int32_t partitions = 0;
  int16_t replication = 0;
  // OK, or why the rest is not known: PERMISSION_DENIED for a user without the right
  // DescribeConfigs, whom nothing else is refused for that.
  absl::Status properties;
  absl::Duration retention;                        // InfiniteDuration when kept for ever
  std::map<std::string, std::string> config = {};  // all properties, as the broker has them

  // What the broker does with old records: "delete" by their age, "compact", or both with a comma;
  // empty: not known.
  std::string cleanup_policy() const {
    const auto policy = config.find("cleanup.policy");
    return policy == config.end() ? "" : policy->second;
  }
  // Whether records go by their age, though it should be compacted alone.
  bool forgets() const { return !cleanup_policy().empty() && cleanup_policy() != "compact"; }
};

// Creates and describes topics. Safe for use from any thread; each call blocks for `wait` at
// most, and for four seconds after a stop.
class Admin {
 public:
  static absl::StatusOr<std::unique_ptr<Admin>> Create(ClientOptions options,
                                                       std::stop_token stop = {});

  // Creates the topic unless it is there, and says what it is like. One that is there already is
  // left as it is: compare the answer with the wish.
  absl::StatusOr<TopicDescription> EnsureTopic(const TopicSettings& settings, absl::Duration wait);

  // Makes a compacted topic of one partition where there is none: of each key it keeps the newest
  // record, and what a newer one has replaced or a tombstone removed goes within hours. Gives
  // whether it was there already, which takes no right to administer.
  absl::StatusOr<bool> EnsureCompacted(const std::string& name, int replication,
                                       absl::Duration wait);

  // NOT_FOUND when there is none.
  absl::StatusOr<TopicDescription> DescribeTopic(const std::string& name, absl::Duration wait);

  // How many partitions the topic has; NOT_FOUND when there is none. Needs no right to administer.
  absl::StatusOr<int32_t> CountPartitions(const std::string& name, absl::Duration wait);

  // How many brokers answer for the cluster: tells "reachable" from "not".
  absl::StatusOr<int> CountBrokers(absl::Duration wait);

 private:
  Admin(Client client, std::stop_token stop) : client_(std::move(client)), stop_(std::move(stop)) {}

  Client client_;
  const std::stop_token stop_;
};

}  // namespace clusterwire::kafka
