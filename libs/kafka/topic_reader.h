#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/kafka/client.h"
#include "libs/kafka/message.h"

namespace clusterwire::kafka {

// Looks at single messages of a topic outside of any group: to compare the one before a stored
// position, to read the topic's tail. Changes nothing and commits nothing. One thread owns it; a
// RebalanceHook may use one inside its calls.
//
// Not every offset of a log holds a message: transactions leave markers, and what an aborted one
// wrote is no message either, as for every reader of what is committed. So an offset below the end
// is no promise of a message.
class TopicReader {
 public:
  struct Watermarks {
    int64_t start = 0;  // first offset that the log still holds
    // What readers see ends here; start == end: nothing is there. An open transaction, by whomever,
    // keeps from them what lies behind its first message.
    int64_t end = 0;
  };
  using Wanted = std::function<bool(const ReceivedMessage&)>;

  static absl::StatusOr<std::unique_ptr<TopicReader>> Create(ClientOptions options,
                                                             std::stop_token stop = {});

  absl::StatusOr<Watermarks> GetWatermarks(const TopicPartition& partition, absl::Duration wait);

  // The message at exactly `offset`; nothing when none stands there.
  absl::StatusOr<std::optional<ReceivedMessage>> ReadAt(const TopicPartition& partition,
                                                        int64_t offset, absl::Duration wait);

  // Shows `visit` the messages of one partition in order, from offset `from`, or from the first
  // that the log holds where that is -1, up to before `end`. Gives where to read on: `end`, or
  // before it what `wait` was too short for. OUT_OF_RANGE when `from` lies outside of the log.
  absl::StatusOr<int64_t> Read(const TopicPartition& partition, int64_t from, int64_t end,
                               const std::function<void(const ReceivedMessage&)>& visit,
                               absl::Duration wait);

  // The last message that is `wanted` of each partition that has one, in order of partitions:
  // however many markers, aborted or unwanted messages lie behind it, and behind an open
  // transaction too. NOT_FOUND when there is no such topic; other errors name the partition.
  absl::StatusOr<std::vector<ReceivedMessage>> Tail(const std::string& topic, const Wanted& wanted,
                                                    absl::Duration wait);

  // Shows `visit` all that the topic holds, each partition from its start to where it ends now. Of
  // a compacted topic that is the newest of each key and more. An error of `visit` ends it. However
  // much there is, it gets on: `wait` is for how long nothing may come.
  using Visitor = std::function<absl::Status(const ReceivedMessage&)>;
  absl::Status ReadWhole(const std::string& topic, const Visitor& visit, absl::Duration wait);

  // The offset that the next message of each partition will get, by partition. NOT_FOUND when there
  // is no such topic.
  absl::StatusOr<std::vector<int64_t>> Ends(const std::string& topic, absl::Duration wait);

 private:
  TopicReader(ClientOptions options, Client client, std::stop_token stop)
      : options_(std::move(options)), stop_(std::move(stop)), client_(std::move(client)) {}
  absl::Status ReadAll(const TopicPartition& partition, const Visitor& visit, absl::Duration wait);
  // The client that sees open and aborted transactions too; made when it is first asked for.
  absl::StatusOr<rd_kafka_s*> Unfiltered();

  const ClientOptions options_;
  const std::stop_token stop_;
  Client client_;
  Client unfiltered_;
};

}  // namespace clusterwire::kafka
