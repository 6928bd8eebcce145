#pragma once

#include <cstdint>
#include <deque>
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
// wrong, a broker that was away or silent or a topic made anew, and after a long pause everything
// is read again; what was known stays in force until that is done. The position is in memory alone.
//
// How old it is, the catalogue's signs of life tell: each says where the topic ended, as far as its
// sender knew, when nothing else was unsent (grant_changed.proto). So it is as new as the last look
// that saw the topic end before that. No clocks are compared, and a sign that lay somewhere on its
// way is as old as it is.
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
  static constexpr size_t kMostEnds = 1000;                      // without a sign of life between
  // Shorter than the topic keeps what says that a name is gone.
  static constexpr absl::Duration kLongPause = absl::Hours(12);

  absl::StatusOr<absl::Time> Step();
  // Gives whether there is more to read at once.
  absl::StatusOr<bool> Look();
  // As far as one step goes.
  absl::Status ReadOn(int32_t partition, int64_t end);
  void ReadAnew();
  // Partition 0 ended there when it was asked at this uptime.
  void NoteEnd(int64_t end, absl::Duration asked);
  // Up to when all is known that was granted; none while no sign of life says so.
  std::optional<absl::Duration> KnownUpTo();

  const Options options_;
  Grants& grants_;
  Clock& clock_;

  // The thread's own.
  std::unique_ptr<kafka::TopicReader> reader_;
  std::vector<int64_t> positions_;      // by partition; -1: from its start
  std::optional<GrantIndex> building_;  // until all was read
  absl::Time looked_;                   // when the last look began
  struct End {
    int64_t end;
    absl::Duration last_seen;
  };
  std::deque<End> ends_;       // in order
  int64_t looked_behind_ = 0;  // of the last sign of life

  mutable Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_) = absl::UnavailableError("not connected yet");
  std::optional<Worker> worker_;  // last: its thread uses everything above
};

}  // namespace clusterwire::notification
