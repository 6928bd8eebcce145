#include "libs/kafka/consumer.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/kafka/handles.h"

namespace clusterwire::kafka {

static_assert(kBeginning == RD_KAFKA_OFFSET_BEGINNING && kCommitted == RD_KAFKA_OFFSET_STORED);

// Partitions are in one of two sets: `assigned` are read; `waiting` belong to us by the group's
// decision, but the hook couldn't say where to start.
struct Consumer::State final : ClientState {
  static void OnRebalance(rd_kafka_t* client, rd_kafka_resp_err_t event,
                          rd_kafka_topic_partition_list_t* list, void* opaque);
  // Asks the hook about `waiting` and starts what it answers.
  absl::Status StartWaiting(rd_kafka_t* client);
  void GiveUp(rd_kafka_t* client, const std::vector<TopicPartition>& partitions);
  absl::Status Take(rd_kafka_t* client, const rd_kafka_message_t& message);
  void LogFailure(std::string_view doing, const ErrorHandle& error) const;

  RebalanceHook* hook = nullptr;
  std::string group;
  std::set<TopicPartition> assigned;
  std::set<TopicPartition> waiting;
  absl::Status hook_error;
  absl::Status group_status;
  // Where a partition was last read to its end. Behind the last message there may be others of a
  // transaction, which are passed without being handed out.
  std::map<TopicPartition, int64_t> read_to;
  Batch batch;  // being filled by Poll()
};

constexpr int kSeekMilliseconds = 4'000;
constexpr absl::Duration kCloseLimit = absl::Seconds(2);
constexpr int kCloseSliceMilliseconds = 50;

absl::StatusOr<std::unique_ptr<Consumer>> Consumer::Create(Options options) {
  if (options.hook == nullptr || options.group.empty() || options.topics.empty()) {
    return FieldError("kafka.consumer", "needs a group, a topic and a rebalance hook");
  }
  auto state = std::make_unique<State>();
  state->hook = options.hook;
  state->group = options.group;
  State* const raw = state.get();
  const ClientPlan plan{.type = RD_KAFKA_CONSUMER,
                        // What is fetched ahead; the default of 64 MiB a partition is too much. A
                        // member that was killed holds its partitions for the session's timeout,
                        // and a commit that was queued when the coordinator went away holds up the
                        // next assignment for the socket's: the defaults are 45 and 60 seconds.
                        .defaults = {{"queued.max.messages.kbytes", "16384"},
                                     {"session.timeout.ms", "10000"},
                                     {"socket.timeout.ms", "10000"}},
                        .fixed = {{"group.id", options.group},
                                  {"enable.auto.offset.store", "false"},
                                  {"enable.auto.commit", "true"},
                                  {"auto.offset.reset", "error"},
                                  {"enable.partition.eof", "true"},
                                  {"isolation.level", "read_committed"},
                                  {"partition.assignment.strategy", "cooperative-sticky"}},
                        .callbacks = [](rd_kafka_conf_t* conf) {
                          rd_kafka_conf_set_rebalance_cb(conf, &State::OnRebalance);
                        }};
  ASSIGN_OR_RETURN(Client client, NewClient(options.client, plan, std::move(state)));
  rd_kafka_poll_set_consumer(client.get());
  std::unique_ptr<Consumer> consumer(new Consumer(std::move(client), raw));

  std::vector<TopicPartition> topics;
  for (const std::string& topic : options.topics) topics.push_back({topic, RD_KAFKA_PARTITION_UA});
  RETURN_IF_ERROR(ToStatus(rd_kafka_subscribe(consumer->client_.get(), ToList(topics).get()),
                           "subscribing to the topics"));
  return consumer;
}

// rd_kafka_consumer_close() waits for a broker that is connected and silent without end. Where it
// takes too long, the group learns of the end as it does of a crash, after its session's timeout.
Consumer::~Consumer() {
  const QueueHandle queue(rd_kafka_queue_new(client_.get()));
  const ErrorHandle error(rd_kafka_consumer_close_queue(client_.get(), queue.get()));
  const Remaining remaining(kCloseLimit);
  while (error == nullptr && rd_kafka_consumer_closed(client_.get()) == 0) {
    if (remaining.over()) {
      state_->Abandon("the broker doesn't answer: left without a word");
      return;
    }
    // As events: a callback for the queue as a whole ends the program at a message that was fetched
    // and not read yet.
    const EventHandle event(
        rd_kafka_queue_poll(queue.get(), remaining.Milliseconds(kCloseSliceMilliseconds)));
    if (event == nullptr || rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_REBALANCE) continue;
    State::OnRebalance(client_.get(), rd_kafka_event_error(event.get()),
                       rd_kafka_event_topic_partition_list(event.get()),
                       static_cast<ClientState*>(state_));
  }
}

absl::StatusOr<Consumer::Batch> Consumer::Poll(size_t limit, absl::Duration wait) {
  const Remaining remaining(wait);
  state_->batch = {};
  if (!state_->waiting.empty()) state_->hook_error = state_->StartWaiting(client_.get());
  while (state_->batch.messages.size() < limit) {
    const bool empty = state_->batch.messages.empty() && state_->batch.errors.empty();
    const MessageHandle message(rd_kafka_consumer_poll(
        client_.get(), empty && state_->hook_error.ok() ? remaining.Milliseconds() : 0));
    if (message != nullptr) {
      RETURN_IF_ERROR(state_->Take(client_.get(), *message));
    } else if (!empty || !state_->hook_error.ok() || remaining.over()) {
      break;
    }
  }
  // What was read in the meantime goes first; the hook's error comes again with the next call.
  if (state_->batch.messages.empty() && state_->batch.errors.empty()) {
    RETURN_IF_ERROR(std::exchange(state_->hook_error, absl::OkStatus()));
  }
  return std::move(state_->batch);
}

absl::Status Consumer::State::Take(rd_kafka_t* client, const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    batch.messages.push_back(ToReceived(message));
    return absl::OkStatus();
  }
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    read_to[{rd_kafka_topic_name(message.rkt), message.partition}] = message.offset;
    return absl::OkStatus();
  }
  const char* const text = rd_kafka_message_errstr(&message);
  Log(LogLevel::kWarning, rd_kafka_err2name(message.err), text == nullptr ? "" : text);
  RETURN_IF_ERROR(FatalError(client));
  if (message.rkt == nullptr) {
    const absl::Status status = ToStatus(message.err, absl::StrCat("joining group ", group),
                                         absl::StrCat("Read on group ", group));
    if (!IsRetriable(status)) group_status = status;
    return absl::OkStatus();
  }
  const TopicPartition from{rd_kafka_topic_name(message.rkt), message.partition};
  const absl::Status status = ToStatus(message.err, absl::StrCat("reading ", ToString(from)),
                                       absl::StrCat("Read on topic ", from.topic));
  if (!IsRetriable(status)) batch.errors.push_back({from, status});
  return absl::OkStatus();
}

// Runs inside rd_kafka_consumer_poll() and while the consumer is closed, on the owner's thread.
void Consumer::State::OnRebalance(rd_kafka_t* client, rd_kafka_resp_err_t event,
                                  rd_kafka_topic_partition_list_t* list, void* opaque) {
  auto* state = static_cast<State*>(static_cast<ClientState*>(opaque));
  const std::vector<TopicPartition> partitions = FromList(*list);
  if (event == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    state->group_status = absl::OkStatus();
    // The group's decision is acknowledged first and apart from where to start, which may not be
    // known yet: an unanswered decision would hold up the whole group.
    state->LogFailure("acknowledging an assignment",
                      ErrorHandle(rd_kafka_incremental_assign(client, ToList({}).get())));
    state->waiting.insert(partitions.begin(), partitions.end());
    state->hook_error = state->StartWaiting(client);
  } else {
    state->GiveUp(client, partitions);
  }
}

absl::Status Consumer::State::StartWaiting(rd_kafka_t* client) {
  const std::vector<TopicPartition> partitions(waiting.begin(), waiting.end());
  if (partitions.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<int64_t> offsets, hook->OnAssigned(partitions));
  if (offsets.size() != partitions.size()) {
    return absl::InternalError(absl::StrCat("the rebalance hook gave ", offsets.size(),
                                            " offsets for ", partitions.size(), " partitions"));
  }
  const ListHandle list = ToList(partitions);
  for (size_t i = 0; i < offsets.size(); ++i) list->elems[i].offset = offsets[i];
  const ErrorHandle error(rd_kafka_incremental_assign(client, list.get()));
  if (error != nullptr) {
    return ToStatus(rd_kafka_error_code(error.get()), rd_kafka_error_string(error.get()));
  }
  assigned.insert(partitions.begin(), partitions.end());
  waiting.clear();
  return absl::OkStatus();
}

void Consumer::State::GiveUp(rd_kafka_t* client, const std::vector<TopicPartition>& partitions) {
  std::vector<TopicPartition> read;
  for (const TopicPartition& partition : partitions) {
    waiting.erase(partition);
    if (assigned.contains(partition)) read.push_back(partition);
  }
  // The owner hasn't seen these yet; who gets the partition reads them again.
  std::erase_if(batch.messages, [&](const ReceivedMessage& message) {
    return std::ranges::find(read, message.from) != read.end();
  });
  if (!read.empty()) {
    if (rd_kafka_assignment_lost(client)) {
      hook->OnLost(read);
    } else {
      hook->OnRevoked(read);
    }
  }
  for (const TopicPartition& partition : read) {
    assigned.erase(partition);
    read_to.erase(partition);
  }
  LogFailure("giving up partitions",
             ErrorHandle(rd_kafka_incremental_unassign(client, ToList(read).get())));
}

void Consumer::State::LogFailure(std::string_view doing, const ErrorHandle& error) const {
  if (error == nullptr) return;
  Log(LogLevel::kError, "REBALANCE",
      absl::StrCat(ToAbsl(doing), ": ", rd_kafka_error_string(error.get())));
}

absl::Status Consumer::Store(const TopicPartition& partition, int64_t next_offset) {
  const ListHandle list = ToList({&partition, 1});
  list->elems[0].offset = next_offset;
  (void)rd_kafka_offsets_store(client_.get(), list.get());  // the element has the reason
  if (list->elems[0].err == RD_KAFKA_RESP_ERR__STATE ||
      list->elems[0].err == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION) {
    return Error(absl::StatusCode::kFailedPrecondition, "KAFKA_NOT_ASSIGNED",
                 absl::StrCat(ToString(partition), " is not assigned to this consumer any more"));
  }
  return ToStatus(list->elems[0].err, absl::StrCat("storing an offset of ", ToString(partition)));
}

absl::Status Consumer::Restart(const TopicPartition& partition, int64_t offset) {
  const std::string doing = absl::StrCat("reading ", ToString(partition), " from ", offset);
  state_->read_to.erase(partition);
  const ListHandle list = ToList({&partition, 1});
  list->elems[0].offset = offset;
  RETURN_IF_ERROR(
      ToStatus(rd_kafka_seek_partitions(client_.get(), list.get(), kSeekMilliseconds), doing));
  if (list->elems[0].err != RD_KAFKA_RESP_ERR__STATE) return ToStatus(list->elems[0].err, doing);
  // A partition whose fetching has ended can't be sought in, only be assigned afresh.
  RETURN_IF_ERROR(ToStatus(rd_kafka_incremental_unassign(client_.get(), list.get()), doing));
  return ToStatus(rd_kafka_incremental_assign(client_.get(), list.get()), doing);
}

const absl::Status& Consumer::group_status() const { return state_->group_status; }

std::vector<TopicPartition> Consumer::assigned() const {
  return {state_->assigned.begin(), state_->assigned.end()};
}

std::vector<Consumer::Lag> Consumer::lag() const {
  std::vector<Lag> lags;
  const ListHandle list = ToList(assigned());
  (void)rd_kafka_position(client_.get(), list.get());  // what is unknown stays negative
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& element = list->elems[i];
    Lag lag{.partition = {element.topic, element.partition}, .position = kBeginning, .end = -1};
    if (element.offset >= 0) lag.position = element.offset;
    if (const auto read = state_->read_to.find(lag.partition); read != state_->read_to.end()) {
      lag.position = std::max(lag.position, read->second);
    }
    int64_t low = -1;
    (void)rd_kafka_get_watermark_offsets(client_.get(), element.topic, element.partition, &low,
                                         &lag.end);
    lag.end = std::max<int64_t>(lag.end, -1);
    lags.push_back(std::move(lag));
  }
  return lags;
}

}  // namespace clusterwire::kafka
