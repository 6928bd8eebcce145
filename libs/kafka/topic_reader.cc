#include "libs/kafka/topic_reader.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/kafka/handles.h"

namespace clusterwire::kafka {
namespace {

absl::StatusOr<TopicReader::Watermarks> QueryWatermarks(rd_kafka_t* client,
                                                        const TopicPartition& partition,
                                                        const Remaining& remaining, bool exists) {
  return AskPatiently(client, remaining, exists, [&]() -> absl::StatusOr<TopicReader::Watermarks> {
    TopicReader::Watermarks marks;
    RETURN_IF_ERROR(ToStatus(
        rd_kafka_query_watermark_offsets(client, partition.topic.c_str(), partition.partition,
                                         &marks.start, &marks.end, remaining.Milliseconds()),
        absl::StrCat("asking for the watermarks of ", ToString(partition))));
    return marks;
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<TopicReader>> TopicReader::Create(ClientOptions options) {
  const ClientPlan plan{.type = RD_KAFKA_CONSUMER,
                        .defaults = {{"fetch.wait.max.ms", "100"}},
                        .fixed = {{"enable.auto.commit", "false"},
                                  {"auto.offset.reset", "error"},
                                  {"allow.auto.create.topics", "false"}}};
  ASSIGN_OR_RETURN(Client client, NewClient(options, plan));
  return std::unique_ptr<TopicReader>(new TopicReader(std::move(client)));
}

absl::StatusOr<TopicReader::Watermarks> TopicReader::GetWatermarks(const TopicPartition& partition,
                                                                   absl::Duration wait) {
  return QueryWatermarks(client_.get(), partition, Remaining(wait), false);
}

absl::StatusOr<std::optional<ReceivedMessage>> TopicReader::ReadAt(const TopicPartition& partition,
                                                                   int64_t offset,
                                                                   absl::Duration wait) {
  const Remaining remaining(wait);
  ASSIGN_OR_RETURN(const Watermarks marks, GetWatermarks(partition, wait));
  if (offset < marks.start || offset >= marks.end) return std::nullopt;

  // The simple consumer, which needs no group.
  const TopicHandle topic(rd_kafka_topic_new(client_.get(), partition.topic.c_str(), nullptr));
  if (rd_kafka_consume_start(topic.get(), partition.partition, offset) != 0) {
    return ToStatus(rd_kafka_last_error(), "starting to read");
  }
  const absl::Cleanup stop = [&] { rd_kafka_consume_stop(topic.get(), partition.partition); };
  const std::string doing = absl::StrCat("reading ", ToString(partition), " at ", offset);
  while (true) {
    const MessageHandle message(
        rd_kafka_consume(topic.get(), partition.partition, remaining.Milliseconds()));
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

absl::StatusOr<std::vector<ReceivedMessage>> TopicReader::Tail(const std::string& topic,
                                                               absl::Duration wait) {
  const Remaining remaining(wait);
  ASSIGN_OR_RETURN(const MetadataHandle metadata,
                   AskPatiently(client_.get(), remaining, false,
                                [&] { return MetadataOf(client_.get(), topic, remaining); }));
  std::vector<ReceivedMessage> tail;
  for (int32_t i = 0; i < metadata->topics[0].partition_cnt; ++i) {
    const TopicPartition partition{topic, i};
    ASSIGN_OR_RETURN(const Watermarks marks,
                     QueryWatermarks(client_.get(), partition, remaining, true));
    if (marks.start == marks.end) continue;
    ASSIGN_OR_RETURN(
        auto last, ReadAt(partition, marks.end - 1, absl::Milliseconds(remaining.Milliseconds())));
    if (last) tail.push_back(*std::move(last));
  }
  return tail;
}

}  // namespace clusterwire::kafka
