#include "libs/kafka/producer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/kafka/handles.h"

namespace clusterwire::kafka {

struct Producer::State final : ClientState {
  // Runs inside rd_kafka_poll() on the owner's thread.
  static void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    auto* state = static_cast<State*>(static_cast<ClientState*>(opaque));
    --state->unacknowledged;
    const TopicPartition to{rd_kafka_topic_name(message->rkt), message->partition};
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (message->offset < 0) return;  // it was there already, and the broker doesn't say where
      const auto [range, fresh] =
          state->acknowledged.try_emplace(to, Range{message->offset, message->offset});
      range->second.first = std::min(range->second.first, message->offset);
      range->second.last = std::max(range->second.last, message->offset);
      return;
    }
    // A fatal error comes with the one that caused it, which says what to do.
    if (!state->failure.ok() && !NeedsNewClient(state->failure)) return;
    state->failure = ToStatus(message->err, absl::StrCat("message for ", ToString(to)),
                              absl::StrCat("Write on topic ", to.topic));
  }

  size_t unacknowledged = 0;
  std::map<TopicPartition, Range> acknowledged;  // of the batch
  absl::Status failure;                          // the first; once set, the producer is broken
};

namespace {

constexpr int kStopCheckMilliseconds = 50;  // how long a stop may go unnoticed
constexpr absl::Duration kCauseLimit = absl::Seconds(1);

size_t BytesOf(const Message& message) {
  size_t bytes = message.key.size() + message.value.size();
  for (const Header& header : message.headers) bytes += header.name.size() + header.value.size();
  return bytes;
}

absl::Status CheckBatch(std::span<const Message> batch) {
  size_t bytes = 0;
  for (const Message& message : batch) bytes += BytesOf(message);
  if (batch.size() <= Producer::kMaxMessages && bytes <= Producer::kMaxBytes) {
    return absl::OkStatus();
  }
  return Error(absl::StatusCode::kInvalidArgument, "BATCH_TOO_LARGE",
               absl::StrCat("a batch holds at most ", Producer::kMaxMessages, " messages and ",
                            Producer::kMaxBytes, " bytes, this one ", batch.size(), " and ", bytes,
                            "; send it in parts"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Producer>> Producer::Create(ClientOptions options) {
  auto state = std::make_unique<State>();
  State* const raw = state.get();
  const ClientPlan plan{
      .type = RD_KAFKA_PRODUCER,
      // A batch is handed over at once, so there is nothing to linger for.
      .defaults = {{"linger.ms", "1"}},
      .fixed = {{"enable.idempotence", "true"},
                {"enable.gapless.guarantee", "true"},
                {"message.timeout.ms", "0"},
                // Twice a whole batch: the queue is never full.
                {"queue.buffering.max.messages", absl::StrCat(2 * kMaxMessages)},
                {"queue.buffering.max.kbytes", absl::StrCat(2 * kMaxBytes / 1024)}},
      .callbacks = [](rd_kafka_conf_t* conf) {
        rd_kafka_conf_set_dr_msg_cb(conf, &State::OnDelivery);
      }};
  ASSIGN_OR_RETURN(Client client, NewClient(options, plan, std::move(state)));
  return std::unique_ptr<Producer>(new Producer(std::move(client), raw));
}

Producer::~Producer() {
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                    RD_KAFKA_PURGE_F_NON_BLOCKING);
}

absl::Status Producer::Send(std::span<const Message> batch, absl::Duration wait,
                            std::stop_token stop) {
  RETURN_IF_ERROR(state_->failure);
  if (state_->unacknowledged > 0) {
    return Error(absl::StatusCode::kFailedPrecondition, "STILL_SENDING",
                 "the batch before is not acknowledged yet; call Await() first");
  }
  RETURN_IF_ERROR(CheckBatch(batch));
  state_->acknowledged.clear();
  for (const Message& message : batch) {
    if (absl::Status status = Enqueue(message); !status.ok()) return Broken(std::move(status));
  }
  return Await(wait, std::move(stop));
}

absl::Status Producer::Enqueue(const Message& message) {
  std::vector<rd_kafka_vu_t> parts(5 + message.headers.size());
  parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  parts[0].u.cstr = message.to.topic.c_str();
  parts[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  parts[1].u.i32 = message.to.partition;
  parts[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  parts[2].u.i = RD_KAFKA_MSG_F_COPY;
  parts[3].vtype = RD_KAFKA_VTYPE_KEY;
  parts[3].u.mem = {const_cast<char*>(message.key.data()), message.key.size()};
  parts[4].vtype = RD_KAFKA_VTYPE_VALUE;
  parts[4].u.mem = {const_cast<char*>(message.value.data()), message.value.size()};
  if (message.tombstone) parts[4].u.mem = {nullptr, 0};
  for (size_t i = 0; i < message.headers.size(); ++i) {
    const Header& header = message.headers[i];
    parts[5 + i].vtype = RD_KAFKA_VTYPE_HEADER;
    parts[5 + i].u.header = {header.name.c_str(), header.value.data(),
                             static_cast<ssize_t>(header.value.size())};
  }
  rd_kafka_error_t* error = rd_kafka_produceva(client_.get(), parts.data(), parts.size());
  if (error != nullptr) return ToStatus(error, absl::StrCat("message for ", ToString(message.to)));
  ++state_->unacknowledged;
  return absl::OkStatus();
}

const std::map<TopicPartition, Producer::Range>& Producer::acknowledged() const {
  return state_->acknowledged;
}

absl::Status Producer::Await(absl::Duration wait, std::stop_token stop) {
  RETURN_IF_ERROR(state_->failure);
  const Remaining remaining(wait);
  while (state_->unacknowledged > 0) {
    rd_kafka_poll(client_.get(), remaining.Milliseconds(kStopCheckMilliseconds));
    if (absl::Status fatal = FatalError(client_.get()); !fatal.ok()) AwaitCause(std::move(fatal));
    if (!state_->failure.ok()) return state_->failure;
    if (state_->unacknowledged > 0 && (stop.stop_requested() || remaining.over())) {
      return Error(absl::StatusCode::kUnavailable, "STILL_SENDING",
                   absl::StrCat(state_->unacknowledged,
                                " messages are not acknowledged yet; they go on being tried"));
    }
  }
  return absl::OkStatus();
}

// Of what the broker refused (a size, a right, a time), librdkafka says at once only that there is
// a gap now; why comes with the delivery reports.
void Producer::AwaitCause(absl::Status fatal) {
  if (state_->failure.ok()) state_->failure = std::move(fatal);
  const Remaining remaining(kCauseLimit);
  while (NeedsNewClient(state_->failure) && state_->unacknowledged > 0 && !remaining.over()) {
    rd_kafka_poll(client_.get(), remaining.Milliseconds(kStopCheckMilliseconds));
  }
}

absl::Status Producer::Broken(absl::Status why) {
  state_->failure = std::move(why);
  return state_->failure;
}

}  // namespace clusterwire::kafka
