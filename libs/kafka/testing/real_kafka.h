#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include <sys/types.h>

#include "libs/base/testing/temp_dir.h"
#include "libs/kafka/message.h"

namespace clusterwire::kafka {

// A real single-node Kafka (KRaft, heap of 384 MB) for tests, from the folder that the environment
// variable CLUSTERWIRE_KAFKA_HOME names: its libs/*.jar are Kafka's. Listens on free ports of
// loopback, keeps its log in a temporary folder, and creates no topic by itself. Made and destroyed
// on one thread, which must live longer: the broker is killed when that thread ends.
class RealKafka {
 public:
  // Formats the storage, starts the broker, and returns when it answers (some four seconds).
  // FAILED_PRECONDITION, with what to set, when there is no CLUSTERWIRE_KAFKA_HOME.
  static absl::StatusOr<std::unique_ptr<RealKafka>> Start(
      absl::Duration patience = absl::Seconds(60));
  ~RealKafka();
  RealKafka(const RealKafka&) = delete;
  RealKafka& operator=(const RealKafka&) = delete;

  // "127.0.0.1:port"; the same after a restart.
  const std::string& brokers() const { return brokers_; }

  // Kills the broker as a power cut would.
  void Kill();
  // Starts it again on what it had written, and returns when it answers.
  absl::Status Restart(absl::Duration patience = absl::Seconds(60));
  absl::Status DeleteTopic(const std::string& name, absl::Duration patience);

  // What a producer of transactions does to one partition: sends the values in one transaction and
  // commits it, aborts it, or leaves it open as one that died does.
  enum class End { kCommit, kAbort, kOpen };
  absl::Status SendInTransaction(const TopicPartition& to, const std::vector<std::string>& values,
                                 End end);

  // From now on everybody may do these things with the topic, and nothing else: "READ", "WRITE",
  // "DESCRIBE", "CREATE". Until then everything is allowed. Returns when the broker goes by it.
  absl::Status AllowOnly(const std::string& topic, const std::vector<std::string>& operations);

 private:
  explicit RealKafka(std::string home);
  absl::Status AwaitRefusal(const std::string& topic);
  absl::Status WriteConfig();
  absl::Status Format();
  absl::Status Launch(absl::Time deadline);
  std::string LogTail() const;

  TempDir folder_;
  std::string home_;
  std::string brokers_;
  pid_t pid_ = 0;
};

}  // namespace clusterwire::kafka
