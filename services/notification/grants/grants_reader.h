#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/kafka/client.h"
#include "libs/kafka/topic_reader.h"
#include "services/notification/grants/grants.h"

namespace clusterwire::notification {

// Reads the topic of grants whole from its start, all partitions in every process, and follows it:
// a few times a second it asks where the topic ends and reads up to there. After anything that went
// wrong, a broker that was away or silent or a topic made anew, everything is read again; what was
// known stays in force until that is done, and counts as old from the last look that succeeded. The
// position is in memory alone.
class GrantsReader {
 public:
  struct Options {
    kafka::ClientOptions client;
    std::string topic;
  };
  // Starts, if grants are read at all. The arguments by reference outlive it.
  GrantsReader(Options options, Grants& grants, Clock& clock, Random& random);

  // Of the last look; OK while it follows. Any thread.
  absl::Status status() const;

 private:
  static constexpr absl::Duration kPause = absl::Milliseconds(250);
  static constexpr absl::Duration kPatience = absl::Seconds(2);  // for one answer
  static constexpr int64_t kChunk = 20'000;                      // offsets read at once

  absl::StatusOr<absl::Time> Step();
  // Gives whether there is more to read at once.
  absl::StatusOr<bool> Look();
  // As far as one step goes.
  absl::Status ReadOn(int32_t partition, int64_t end);
  void ReadAnew();

  const Options options_;
  Grants& grants_;
  Clock& clock_;

  // The thread's own.
  std::unique_ptr<kafka::TopicReader> reader_;
  std::vector<int64_t> positions_;      // by partition; -1: from its start
  std::optional<GrantIndex> building_;  // until all was read

  mutable Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_) = absl::UnavailableError("not connected yet");
  std::optional<Worker> worker_;  // last: its thread uses everything above
};

}  // namespace clusterwire::notification
