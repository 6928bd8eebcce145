#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "librdkafka/rdkafka.h"

#include "libs/base/handle.h"
#include "libs/base/threads/mutex.h"
#include "libs/kafka/client.h"
#include "libs/kafka/message.h"

// For this library's .cc files only: owners for librdkafka's objects, and how a client is made.
namespace clusterwire::kafka {

using ConfHandle = Handle<rd_kafka_conf_t, rd_kafka_conf_destroy>;
using ErrorHandle = Handle<rd_kafka_error_t, rd_kafka_error_destroy>;
using EventHandle = Handle<rd_kafka_event_t, rd_kafka_event_destroy>;
using ListHandle = Handle<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
using MessageHandle = Handle<rd_kafka_message_t, rd_kafka_message_destroy>;
using MetadataHandle = Handle<const rd_kafka_metadata_t, rd_kafka_metadata_destroy>;
using QueueHandle = Handle<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using TopicHandle = Handle<rd_kafka_topic_t, rd_kafka_topic_destroy>;

// librdkafka's error as a status; see client.h. `right`: what the Kafka user must be allowed to do
// for this, "Read on topic x".
absl::Status ToStatus(rd_kafka_resp_err_t error, std::string_view doing,
                      std::string_view right = "");
// The same of an error that this call destroys; null is OK.
absl::Status ToStatus(rd_kafka_error_t* error, std::string_view doing);

// The fatal error that `client` has met, or OK.
absl::Status FatalError(rd_kafka_t* client);

// What a client's callbacks may reach. Deleted after the client, by ClientCloser.
class ClientState {
 public:
  virtual ~ClientState() = default;
  void Log(LogLevel level, std::string_view facility, std::string_view text) const;
  // Where Log() goes; nowhere without one.
  void SetLog(LogCallback log);

  // The client hangs: its end isn't waited for as long as usual. By the thread that ends it.
  void Abandon(std::string_view why);
  absl::Duration end_limit() const { return end_limit_; }

 private:
  mutable Mutex mutex_;
  LogCallback log_ ABSL_GUARDED_BY(mutex_);
  absl::Duration end_limit_ = absl::Seconds(5);
};

struct ClientPlan {
  rd_kafka_type_t type;
  Config defaults = {};  // the user's configuration goes before these
  Config fixed = {};     // a user's value that differs is refused
  std::function<void(rd_kafka_conf_t*)> callbacks = {};  // beyond log and errors
};

absl::StatusOr<Client> NewClient(
    const ClientOptions& options, const ClientPlan& plan,
    std::unique_ptr<ClientState> state = std::make_unique<ClientState>());

ReceivedMessage ToReceived(const rd_kafka_message_t& message);

ListHandle ToList(std::span<const TopicPartition> partitions);
std::vector<TopicPartition> FromList(const rd_kafka_topic_partition_list_t& list);

// What is left of a wait, in the milliseconds that librdkafka takes. A stop ends it.
class Remaining {
 public:
  explicit Remaining(absl::Duration wait, std::stop_token stop = {})
      : end_(std::chrono::steady_clock::now() +
             absl::ToChronoMilliseconds(std::min(wait, absl::Hours(24)))),
        stop_(std::move(stop)) {}

  bool over() const { return stop_.stop_requested() || std::chrono::steady_clock::now() >= end_; }
  int Milliseconds(int at_most = 24 * 3600 * 1000) const {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<int64_t>(left.count(), 0, at_most));
  }
  // Calls `ask`, which waits for as many milliseconds as it is given. librdkafka has no way to end
  // such a wait: where a stop may come, it is cut into parts, and the stop waits for one of them.
  // They grow to four seconds, since an answer that comes after its part is lost.
  template <typename Ask>
  rd_kafka_resp_err_t InParts(const Ask& ask) const {
    if (!stop_.stop_possible()) return ask(Milliseconds());
    constexpr int kFirst = 250;
    constexpr int kLongest = 4000;
    for (int part = kFirst;; part = std::min(2 * part, kLongest)) {
      const rd_kafka_resp_err_t error = ask(Milliseconds(part));
      const bool late =
          error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__TRANSPORT;
      if (!late || over()) return error;
    }
  }

 private:
  std::chrono::steady_clock::time_point end_;
  std::stop_token stop_;
};

// How long one look at a queue lasts before the look at whether to stop.
inline constexpr int kLookMilliseconds = 250;

// What the brokers say of one topic; the error of the topic itself is one too.
absl::StatusOr<MetadataHandle> MetadataOf(rd_kafka_t* client, const std::string& topic,
                                          const Remaining& remaining);

// Asks again while the answer is one of those that a moment cures, such as a leader on the move.
// `exists`: the topic is known to be there, so that a broker which doesn't know it is only late.
template <typename Ask>
auto AskWithRetries(rd_kafka_t* client, const Remaining& remaining, bool exists, const Ask& ask)
    -> decltype(ask()) {
  constexpr int kPauseMilliseconds = 50;
  while (true) {
    auto answer = ask();
    const bool late = exists && absl::IsNotFound(answer.status());
    if (answer.ok() || remaining.over() || !(late || IsRetriable(answer.status()))) return answer;
    rd_kafka_poll(client, remaining.Milliseconds(kPauseMilliseconds));
  }
}

}  // namespace clusterwire::kafka
