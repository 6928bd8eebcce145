#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "clusterwire/change/v1/grant_changed.pb.h"

#include "libs/base/time/clock.h"
#include "libs/kafka/client.h"
#include "libs/kafka/message.h"
#include "libs/kafka/producer.h"
#include "libs/kafka/topic_reader.h"
#include "libs/store/store.h"

namespace clusterwire::catalogue {

// What the relay sends to the topic of grants; grant_changed.proto says what its readers may rely
// on. One thread owns it.
//
// The topic is compacted and has one partition, so that it says in one order what stands. At each
// start of the relay, after a new history, and when it has lost anything, it is read as a whole and
// made right: what it lacks is sent as it stands now, what the store doesn't have is withdrawn.
// From then on it follows the log.
class GrantsTopic {
 public:
  struct Options {
    kafka::ClientOptions kafka;
    std::string topic = "clusterwire.grants.v1";
    std::string subject_key;  // that subjects are hashed by; empty: grants don't travel
    int replicas = 1;         // when it is made
  };

  // `store` and `clock` outlive it.
  GrantsTopic(Options options, store::Store& store, Clock& clock)
      : options_(std::move(options)), store_(store), clock_(clock) {}

  bool travels() const { return !options_.subject_key.empty(); }
  const std::string& topic() const { return options_.topic; }
  // That the topic was last made right under.
  const std::string& history() const { return history_; }

  // Makes the topic where there is none, and gives what is to be sent before anything else, in
  // order: what is wrong in it, and at last that it is complete. FAILED_PRECONDITION, reason
  // HISTORY_CONTRADICTED, when it has what the store doesn't have yet.
  absl::StatusOr<std::vector<kafka::Message>> Prepare(kafka::TopicReader& reader);
  // What a row of the log about a grant says to it; none when Prepare() gave that already.
  absl::StatusOr<std::optional<kafka::Message>> MessageOf(const store::Change& change) const;

  // After a batch: where its messages were put.
  void Acknowledged(const std::map<kafka::TopicPartition, kafka::Producer::Range>& ranges);
  // Whether it has all that was sent, as far as that can be known now.
  bool IsWhole(kafka::TopicReader& reader) const;

 private:
  using Record = change::v1::GrantChanged;
  // The newest record of each name, and the last that says it is complete.
  struct Content {
    std::map<std::string, Record> grants;
    std::optional<Record> complete;
  };

  absl::Status Ensure() const;
  absl::StatusOr<Content> Read(kafka::TopicReader& reader) const;
  // What makes `content` right at the reader's revision.
  absl::StatusOr<std::vector<Record>> Missing(const store::Reader& reader, Content content) const;
  Record Complete(store::Revision newest) const;
  absl::StatusOr<kafka::Message> Encoded(const Record& record) const;

  const Options options_;
  store::Store& store_;
  Clock& clock_;
  std::string history_;
  store::Revision prepared_;  // up to which Prepare() has given what stands
  int64_t end_ = 0;           // behind the last record known to be there
};

}  // namespace clusterwire::catalogue
