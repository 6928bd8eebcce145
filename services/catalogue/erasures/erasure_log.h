#pragma once

#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "absl/status/status.h"

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/kafka/client.h"
#include "libs/kafka/producer.h"
#include "libs/kafka/topic_reader.h"
#include "services/catalogue/erasures/erasures.h"

namespace clusterwire::catalogue {

// Keeps the topic of erasures, in a thread of its own: reads it whole, erases again what a restored
// database still has, lets people be asked for, and from then on follows the log and sends what was
// erased. It reads the topic again after an error and every hour, and sends what is missing there;
// of what it reads it holds a digest for each name, and no longer than that takes. Kafka away: it
// keeps trying with growing pauses. Several processes may do the same at once; what two of them
// send is the same.
class ErasureLog {
 public:
  struct Options {
    kafka::ClientOptions kafka;
    std::string topic = "clusterwire.erasures.v1";
    int replicas = 1;  // of the topic, when it is made here
    // How long the broker may take to say what the topic is like. A stop waits for that; what isn't
    // said isn't held against the topic.
    absl::Duration look_limit = absl::Seconds(4);
  };
  struct State {
    absl::Status status;   // why it doesn't get on; OK while it does
    bool forgets = false;  // the topic removes records by age, which Kafka says when it was read
    bool read = false;     // the topic, whole
    int64_t on_topic = 0;  // records that are known to stand there, and were sent since
    int64_t waiting = 0;   // those of the store that don't
  };

  // All by reference outlive it.
  ErasureLog(Options options, Erasures& erasures, Clock& clock, Random& random);
  ~ErasureLog();
  ErasureLog(const ErasureLog&) = delete;
  ErasureLog& operator=(const ErasureLog&) = delete;

  State state() const;
  const std::string& topic() const { return options_.topic; }

 private:
  absl::StatusOr<absl::Time> Step();
  absl::Status ReadAndSend();
  // What the topic says last of each name.
  using Digests = std::unordered_map<std::string, std::string>;

  absl::Status Read();
  absl::StatusOr<Digests> ReadTopic(kafka::TopicReader& reader) const;
  // Takes out of `topic` what the store knows in the same words, and notes what isn't there.
  absl::Status Compare(Digests& topic);
  // Erases those of these names, which the store doesn't know or knows otherwise.
  absl::Status Replay(kafka::TopicReader& reader, const Digests& names) const;
  // Notes what the log says was erased since, but for what the topic says in the same words.
  absl::Status ReadOn(const Digests& on_topic);
  absl::Status Send();

  const Options options_;
  Erasures& erasures_;
  Clock& clock_;
  // The thread's.
  bool read_ = false;
  absl::Duration next_read_;      // by uptime
  store::Position position_;      // up to which the log was read
  std::set<std::string> unsent_;  // names
  std::unique_ptr<kafka::Producer> producer_;

  mutable Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_);
  Worker worker_;  // last: its thread uses everything above
};

}  // namespace clusterwire::catalogue
