#include "libs/kafka/topic_reader.h"

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/kafka/handles.h"

namespace clusterwire::kafka {
namespace {

// Offsets that are looked through at once for the last message that is wanted, at most.
constexpr int64_t kWidestLook = 16'384;
// Offsets of a topic read whole that are read in one go.
constexpr int64_t kWholeChunk = 100'000;

absl::StatusOr<Client> MakeClient(const ClientOptions& options, const char* isolation) {
  const ClientPlan plan{.type = RD_KAFKA_CONSUMER,
                        .defaults = {{"fetch.wait.max.ms", "100"}},
                        .fixed = {{"enable.auto.commit", "false"},
                                  {"auto.offset.reset", "error"},
                                  {"allow.auto.create.topics", "false"},
                                  // Else nothing tells that a marker is all that is left.
                                  {"enable.partition.eof", "true"},
                                  {"isolation.level", isolation}}};
  return NewClient(options, plan);
}

// Where a partition begins (RD_KAFKA_OFFSET_BEGINNING) or ends (RD_KAFKA_OFFSET_END), asked in
// place of a time: rd_kafka_query_watermark_offsets() waits without end for a broker that is
// connected and silent.
absl::StatusOr<int64_t> EdgeOf(rd_kafka_t* client, const TopicPartition& partition, int64_t edge,
                               const Remaining& remaining) {
  const std::string doing = absl::StrCat("asking for the watermarks of ", ToString(partition));
  const std::string right = absl::StrCat("Describe on topic ", partition.topic);
  const ListHandle list = ToList({&partition, 1});
  RETURN_IF_ERROR(ToStatus(remaining.InParts([&](int milliseconds) {
    list->elems[0].offset = edge;
    return rd_kafka_offsets_for_times(client, list.get(), milliseconds);
  }),
                           doing, right));
  RETURN_IF_ERROR(ToStatus(list->elems[0].err, doing, right));
  return list->elems[0].offset;
}

absl::StatusOr<TopicReader::Watermarks> QueryWatermarks(rd_kafka_t* client,
                                                        const TopicPartition& partition,
                                                        const Remaining& remaining, bool exists) {
  return AskWithRetries(
      client, remaining, exists, [&]() -> absl::StatusOr<TopicReader::Watermarks> {
        TopicReader::Watermarks marks;
        ASSIGN_OR_RETURN(marks.start,
                         EdgeOf(client, partition, RD_KAFKA_OFFSET_BEGINNING, remaining));
        ASSIGN_OR_RETURN(marks.end, EdgeOf(client, partition, RD_KAFKA_OFFSET_END, remaining));
        return marks;
      });
}

// Shows `visit` the messages from offset `from` to before `end`, with the simple consumer, which
// needs no group. What the log no longer holds isn't shown.
absl::Status Visit(rd_kafka_t* client, const TopicPartition& partition, int64_t from, int64_t end,
                   const Remaining& remaining,
                   const std::function<void(const rd_kafka_message_t&)>& visit) {
  const TopicHandle topic(rd_kafka_topic_new(client, partition.topic.c_str(), nullptr));
  const std::string doing = absl::StrCat("reading ", ToString(partition), " at ", from);
  const std::string right = absl::StrCat("Read on topic ", partition.topic);
  if (rd_kafka_consume_start(topic.get(), partition.partition, from) != 0) {
    return ToStatus(rd_kafka_last_error(), doing, right);
  }
  const absl::Cleanup stop = [&] { rd_kafka_consume_stop(topic.get(), partition.partition); };
  while (true) {
    const MessageHandle message(rd_kafka_consume(topic.get(), partition.partition,
                                                 remaining.Milliseconds(kLookMilliseconds)));
    if (message == nullptr) {
      if (!remaining.over()) continue;
      return ToStatus(RD_KAFKA_RESP_ERR__TIMED_OUT, doing);
    }
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return absl::OkStatus();
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (message->offset < end) visit(*message);
      if (message->offset >= end - 1) return absl::OkStatus();
      continue;
    }
    const absl::Status status = ToStatus(message->err, doing, right);
    if (status.code() == absl::StatusCode::kOutOfRange) return absl::OkStatus();
    if (!IsRetriable(status)) return status;
  }
}

// The last message between the two watermarks that is wanted. Looks back further and further, at
// nothing twice.
absl::StatusOr<std::optional<ReceivedMessage>> LastWanted(rd_kafka_t* client,
                                                          const TopicPartition& partition,
                                                          TopicReader::Watermarks marks,
                                                          const TopicReader::Wanted& wanted,
                                                          const Remaining& remaining) {
  std::optional<ReceivedMessage> last;
  for (int64_t look = 1; marks.end > marks.start; look = std::min(8 * look, kWidestLook)) {
    const int64_t from = std::max(marks.start, marks.end - look);
    RETURN_IF_ERROR(Visit(client, partition, from, marks.end, remaining,
                          [&](const rd_kafka_message_t& message) {
                            ReceivedMessage received = ToReceived(message);
                            if (wanted(received)) last = std::move(received);
                          }));
    if (last) break;
    marks.end = from;
  }
  return last;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TopicReader>> TopicReader::Create(ClientOptions options,
                                                                 std::stop_token stop) {
  ASSIGN_OR_RETURN(Client client, MakeClient(options, "read_committed"));
  return std::unique_ptr<TopicReader>(
      new TopicReader(std::move(options), std::move(client), std::move(stop)));
}

absl::StatusOr<rd_kafka_s*> TopicReader::Unfiltered() {
  if (unfiltered_ == nullptr) {
    ASSIGN_OR_RETURN(unfiltered_, MakeClient(options_, "read_uncommitted"));
  }
  return unfiltered_.get();
}

absl::StatusOr<TopicReader::Watermarks> TopicReader::GetWatermarks(const TopicPartition& partition,
                                                                   absl::Duration wait) {
  return QueryWatermarks(client_.get(), partition, Remaining(wait, stop_), false);
}

absl::StatusOr<std::optional<ReceivedMessage>> TopicReader::ReadAt(const TopicPartition& partition,
                                                                   int64_t offset,
                                                                   absl::Duration wait) {
  const Remaining remaining(wait, stop_);
  ASSIGN_OR_RETURN(const Watermarks marks,
                   QueryWatermarks(client_.get(), partition, remaining, false));
  std::optional<ReceivedMessage> found;
  if (offset < marks.start || offset >= marks.end) return found;
  RETURN_IF_ERROR(Visit(client_.get(), partition, offset, offset + 1, remaining,
                        [&](const rd_kafka_message_t& message) { found = ToReceived(message); }));
  return found;
}

absl::StatusOr<int64_t> TopicReader::Read(const TopicPartition& partition, int64_t from,
                                          int64_t end,
                                          const std::function<void(const ReceivedMessage&)>& visit,
                                          absl::Duration wait) {
  const Remaining remaining(wait, stop_);
  ASSIGN_OR_RETURN(const Watermarks marks,
                   QueryWatermarks(client_.get(), partition, remaining, true));
  if (from < 0) from = marks.start;
  if (from < marks.start || from > marks.end) {
    return ToStatus(RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE,
                    absl::StrCat("reading ", ToString(partition), " at ", from));
  }
  const int64_t until = std::min(end, marks.end);
  if (from >= until) return from;
  int64_t next = from;
  const absl::Status visited = Visit(client_.get(), partition, from, until, remaining,
                                     [&](const rd_kafka_message_t& message) {
                                       visit(ToReceived(message));
                                       next = message.offset + 1;
                                     });
  // What was shown by then is not read again.
  if (!visited.ok() && next == from) return visited;
  return visited.ok() ? until : next;
}

absl::StatusOr<std::vector<ReceivedMessage>> TopicReader::Tail(const std::string& topic,
                                                               const Wanted& wanted,
                                                               absl::Duration wait) {
  const Remaining remaining(wait, stop_);
  ASSIGN_OR_RETURN(rd_kafka_t* const unfiltered, Unfiltered());
  ASSIGN_OR_RETURN(const MetadataHandle metadata,
                   AskWithRetries(client_.get(), remaining, false,
                                  [&] { return MetadataOf(client_.get(), topic, remaining); }));
  std::vector<ReceivedMessage> tail;
  for (int32_t i = 0; i < metadata->topics[0].partition_cnt; ++i) {
    const TopicPartition partition{topic, i};
    ASSIGN_OR_RETURN(const Watermarks all, QueryWatermarks(unfiltered, partition, remaining, true));
    ASSIGN_OR_RETURN(const Watermarks seen,
                     QueryWatermarks(client_.get(), partition, remaining, true));
    // What stands behind the start of an open transaction belongs to the tail.
    ASSIGN_OR_RETURN(auto last, LastWanted(unfiltered, partition,
                                           {.start = seen.end, .end = all.end}, wanted, remaining));
    if (!last) {
      ASSIGN_OR_RETURN(last, LastWanted(client_.get(), partition, seen, wanted, remaining));
    }
    if (last) tail.push_back(*std::move(last));
  }
  return tail;
}

absl::Status TopicReader::ReadAll(const TopicPartition& partition, const Visitor& visit,
                                  absl::Duration wait) {
  ASSIGN_OR_RETURN(const Watermarks marks,
                   QueryWatermarks(client_.get(), partition, Remaining(wait, stop_), true));
  absl::Status visited;
  for (int64_t next = marks.start; next < marks.end;) {
    const int64_t from = next;
    const int64_t until = std::min(marks.end, from + kWholeChunk);
    const absl::Status read = Visit(client_.get(), partition, from, until, Remaining(wait, stop_),
                                    [&](const rd_kafka_message_t& message) {
                                      next = message.offset + 1;
                                      if (visited.ok()) visited = visit(ToReceived(message));
                                    });
    RETURN_IF_ERROR(visited);
    if (read.ok()) {
      next = until;
    } else if (next == from || stop_.stop_requested()) {
      return read;
    }
  }
  return absl::OkStatus();
}

absl::Status TopicReader::ReadWhole(const std::string& topic, const Visitor& visit,
                                    absl::Duration wait) {
  const Remaining remaining(wait, stop_);
  ASSIGN_OR_RETURN(const MetadataHandle metadata,
                   AskWithRetries(client_.get(), remaining, false,
                                  [&] { return MetadataOf(client_.get(), topic, remaining); }));
  for (int32_t i = 0; i < metadata->topics[0].partition_cnt; ++i) {
    RETURN_IF_ERROR(ReadAll({topic, i}, visit, wait));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int64_t>> TopicReader::Ends(const std::string& topic,
                                                       absl::Duration wait) {
  const Remaining remaining(wait, stop_);
  ASSIGN_OR_RETURN(rd_kafka_t* const client, Unfiltered());
  ASSIGN_OR_RETURN(const MetadataHandle metadata, MetadataOf(client, topic, remaining));
  std::vector<TopicPartition> partitions;
  for (int32_t i = 0; i < metadata->topics[0].partition_cnt; ++i) partitions.push_back({topic, i});
  const ListHandle list = ToList(partitions);
  // Asked in place of a time, "the end" costs one request a broker, not two a partition.
  const std::string doing = absl::StrCat("asking where topic ", topic, " ends");
  const std::string right = absl::StrCat("Describe on topic ", topic);
  RETURN_IF_ERROR(ToStatus(remaining.InParts([&](int milliseconds) {
    for (int i = 0; i < list->cnt; ++i) list->elems[i].offset = RD_KAFKA_OFFSET_END;
    return rd_kafka_offsets_for_times(client, list.get(), milliseconds);
  }),
                           doing, right));
  std::vector<int64_t> ends(partitions.size());
  for (int i = 0; i < list->cnt; ++i) {
    RETURN_IF_ERROR(ToStatus(list->elems[i].err, doing, right));
    ends.at(static_cast<size_t>(list->elems[i].partition)) = list->elems[i].offset;
  }
  return ends;
}

}  // namespace clusterwire::kafka
