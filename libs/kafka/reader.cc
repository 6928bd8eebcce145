#include "libs/kafka/reader.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/kafka/errors.h"
#include "libs/kafka/handles.h"

namespace clusterwire::kafka {
namespace {

// Fetching one partition from one offset on, by the simple consumer, which needs no group.
class Fetch {
 public:
  Fetch(rd_kafka_t* client, const TopicPartition& from)
      : topic_(rd_kafka_topic_new(client, from.topic.c_str(), nullptr)),
        partition_(from.partition) {}
  ~Fetch() {
    if (started_) rd_kafka_consume_stop(topic_.get(), partition_);
  }
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

  absl::Status Start(int64_t offset) {
    started_ = rd_kafka_consume_start(topic_.get(), partition_, offset) == 0;
    return started_ ? absl::OkStatus() : ToStatus(rd_kafka_last_error(), "starting to read");
  }
  MessageHandle Next(int milliseconds) {
    return MessageHandle(rd_kafka_consume(topic_.get(), partition_, milliseconds));
  }

 private:
  TopicHandle topic_;
  int32_t partition_;
  bool started_ = false;
};

constexpr int kRetryPauseMilliseconds = 50;

// Asks again while the answer is one of those that a moment cures, such as a leader on the move.
// `exists`: the topic is known to be there, so that a broker which doesn't know it is only late.
template <typename Ask>
auto AskPatiently(rd_kafka_t* client, const Remaining& remaining, bool exists, const Ask& ask)
    -> decltype(ask()) {
  while (true) {
    auto answer = ask();
    const bool late = exists && answer.status().code() == absl::StatusCode::kNotFound;
    if (answer.ok() || remaining.over() || !(late || IsRetriable(answer.status()))) return answer;
    rd_kafka_poll(client, remaining.Milliseconds(kRetryPauseMilliseconds));
  }
}

absl::StatusOr<Reader::Watermarks> QueryWatermarks(rd_kafka_t* client,
                                                   const TopicPartition& partition,
                                                   const Remaining& remaining, bool exists) {
  return AskPatiently(client, remaining, exists, [&]() -> absl::StatusOr<Reader::Watermarks> {
    Reader::Watermarks marks;
    RETURN_IF_ERROR(ToStatus(
        rd_kafka_query_watermark_offsets(client, partition.topic.c_str(), partition.partition,
                                         &marks.start, &marks.end, remaining.Milliseconds()),
        absl::StrCat("asking for the watermarks of ", ToString(partition))));
    return marks;
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Reader>> Reader::Create(ClientOptions options) {
  auto state = std::make_unique<ClientState>();
  state->options = std::move(options);
  const ClientPlan plan{.type = RD_KAFKA_CONSUMER,
                        .defaults = {{"fetch.wait.max.ms", "100"}},
                        .fixed = {{"enable.auto.commit", "false"},
                                  {"auto.offset.reset", "error"},
                                  {"allow.auto.create.topics", "false"}},
                        .callbacks = {}};
  ASSIGN_OR_RETURN(Client client, NewClient(plan, std::move(state)));
  return std::unique_ptr<Reader>(new Reader(std::move(client)));
}

absl::StatusOr<Reader::Watermarks> Reader::GetWatermarks(const TopicPartition& partition,
                                                         absl::Duration wait) {
  return QueryWatermarks(client_.get(), partition, Remaining(wait), false);
}

absl::StatusOr<std::optional<ReceivedMessage>> Reader::ReadAt(const TopicPartition& partition,
                                                              int64_t offset, absl::Duration wait) {
  const Remaining remaining(wait);
  ASSIGN_OR_RETURN(const Watermarks marks, GetWatermarks(partition, wait));
  if (offset < marks.start || offset >= marks.end) return std::nullopt;

  Fetch fetch(client_.get(), partition);
  RETURN_IF_ERROR(fetch.Start(offset));
  const std::string doing = absl::StrCat("reading ", ToString(partition), " at ", offset);
  while (true) {
    const MessageHandle message = fetch.Next(remaining.Milliseconds());
    if (message == nullptr) {
      if (!remaining.over()) continue;
      return ToStatus(RD_KAFKA_RESP_ERR__TIMED_OUT, doing);
    }
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (message->offset != offset) return std::nullopt;
      return ToReceived(*message);
    }
    const absl::Status status = ToStatus(message->err, doing);
    if (status.code() == absl::StatusCode::kOutOfRange) return std::nullopt;
    if (!IsRetriable(status)) return status;
  }
}

absl::StatusOr<std::vector<ReceivedMessage>> Reader::Tail(const std::string& topic,
                                                          absl::Duration wait) {
  const Remaining remaining(wait);
  const auto left = [&] { return absl::Milliseconds(remaining.Milliseconds()); };
  ASSIGN_OR_RETURN(const MetadataHandle metadata,
                   AskPatiently(client_.get(), remaining, false,
                                [&] { return MetadataOf(client_.get(), topic, remaining); }));
  std::vector<ReceivedMessage> tail;
  for (int32_t i = 0; i < metadata->topics[0].partition_cnt; ++i) {
    const TopicPartition partition{topic, i};
    ASSIGN_OR_RETURN(const Watermarks marks,
                     QueryWatermarks(client_.get(), partition, remaining, true));
    if (marks.start == marks.end) continue;
    ASSIGN_OR_RETURN(auto last, ReadAt(partition, marks.end - 1, left()));
    if (last) tail.push_back(*std::move(last));
  }
  return tail;
}

}  // namespace clusterwire::kafka
