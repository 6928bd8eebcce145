#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/change/v1/grant_changed.pb.h"

#include "libs/base/time/clock.h"
#include "libs/kafka/client.h"
#include "libs/kafka/message.h"
#include "libs/kafka/producer.h"
#include "libs/kafka/topic_reader.h"
#include "libs/store/store.h"
#include "services/catalogue/changes/grants_on_topic.h"

namespace clusterwire::catalogue {

// What the relay sends to the topic of grants; grant_changed.proto says what its readers may rely
// on. One thread owns it.
//
// The topic is compacted and has one partition, so that it says in one order what stands. At each
// start of the relay, after a new history, and when it has lost anything, it is read as a whole and
// made right: what it lacks is sent as it stands now, what the store doesn't have is withdrawn.
// From then on it follows the log, and gives a sign of life when that is due.
class GrantsTopic {
 public:
  struct Options {
    kafka::ClientOptions kafka;
    std::string topic = "clusterwire.grants.v1";
    std::string subject_key;  // that subjects are hashed by; empty: grants don't travel
    int replicas = 1;         // when it is made
    // How often "complete" is written again. Its readers hold what is not public after a few.
    absl::Duration sign_of_life = absl::Seconds(2);
  };
  // What making it right asks of the relay. An error ends it.
  struct Steps {
    std::function<absl::Status()> alive;  // time and again, while it takes long
    std::function<absl::Status(std::span<const kafka::Message>)> send;
    std::stop_token stop;
  };

  // `store` and `clock` outlive it.
  GrantsTopic(Options options, store::Store& store, Clock& clock)
      : options_(std::move(options)), store_(store), clock_(clock) {}

  bool travels() const { return !options_.subject_key.empty(); }
  absl::Duration sign_of_life() const { return options_.sign_of_life; }
  // That the topic was last made right under.
  const std::string& history() const { return history_; }

  // Makes the topic where there is none, and sends what is wrong in it, and at last that it is
  // complete: some hundred records at a time, so that neither what it holds nor what it lacks has
  // to fit in memory. FAILED_PRECONDITION, reason HISTORY_CONTRADICTED, when it has what the store
  // doesn't have yet.
  absl::Status Prepare(kafka::TopicReader& reader, const Steps& steps);
  // What a row of the log about a grant says to it; none when Prepare() gave that already.
  absl::StatusOr<std::optional<kafka::Message>> MessageOf(const store::Change& change) const;

  // A sign of life takes two steps: before the log is read on, where it ends; and when all up to
  // there is sent, the sign.
  absl::Status LookIfDue();
  // `sent`: the revision up to which all is sent. None while it isn't due.
  absl::StatusOr<std::optional<kafka::Message>> SignOfLife(store::Revision sent);

  // After a batch: where its messages were put.
  void Acknowledged(const std::map<kafka::TopicPartition, kafka::Producer::Range>& ranges);
  // Whether it has all that was sent, as far as that can be known now.
  bool IsWhole(kafka::TopicReader& reader) const;

 private:
  using Record = change::v1::GrantChanged;
  // When it was looked whether anything is unsent.
  struct Look {
    store::Revision newest;
    absl::Time time;
    int64_t end = 0;  // of the topic, as far as it was known
  };

  absl::StatusOr<GrantsOnTopic> Read(kafka::TopicReader& reader, const Steps& steps) const;
  // Sends what differs of the store's next grants behind `after`, which it moves; false after the
  // last ones.
  absl::StatusOr<bool> SendSome(const Steps& steps, GrantsOnTopic& content, std::string& after,
                                size_t& sent) const;
  // Withdraws what the store doesn't have.
  absl::Status WithdrawRest(const Steps& steps, GrantsOnTopic& content, size_t& sent) const;
  absl::Status SendRecords(const Steps& steps, const std::vector<Record>& records) const;
  Record Complete(const Look& look) const;
  absl::StatusOr<kafka::Message> Encoded(const Record& record) const;

  const Options options_;
  store::Store& store_;
  Clock& clock_;
  std::string history_;
  store::Revision prepared_;  // up to which Prepare() has given what stands
  int64_t end_ = 0;           // behind the last record known to be there
  absl::Duration next_sign_;  // by uptime
  std::optional<Look> look_;  // what the next sign of life will say
};

}  // namespace clusterwire::catalogue
