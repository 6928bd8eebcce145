#include "services/catalogue/changes/relay.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/change/record.h"
#include "libs/kafka/message.h"
#include "libs/telemetry/log.h"
#include "services/catalogue/changes/record.h"

namespace clusterwire::catalogue {
namespace {

constexpr absl::Duration kAdminLimit = absl::Seconds(10);
constexpr absl::Duration kLookLimit = absl::Seconds(2);
constexpr absl::Duration kTailLimit = absl::Seconds(10);
constexpr absl::Duration kLongestTailLimit = absl::Minutes(10);
// Of values that the producer gets at once: well below what it takes.
constexpr size_t kBatchBytes = kafka::Producer::kMaxBytes / 4;
// How long an idle relay waits before it looks for writes of other processes, at the topic, and
// renews its lease; and one that stands by before it asks for the lease again.
constexpr absl::Duration kPoll = absl::Seconds(5);

constexpr std::string_view kGrantType = "grant";
constexpr std::string_view kTooLarge = "KAFKA_MESSAGE_TOO_LARGE";

// Says what to do; see kafka::RemedyOf().
absl::Status WithRemedy(absl::StatusCode code, std::string_view reason, const std::string& text,
                        const std::string& remedy) {
  return Error(code, reason, absl::StrCat(text, ": ", remedy), {{"remedy", remedy}});
}

}  // namespace

Relay::Relay(Options options, sql::Database& database, store::Store& store, Clock& clock,
             Random& random, telemetry::Metrics& metrics)
    : options_(std::move(options)),
      store_(store),
      clock_(clock),
      sent_(metrics.GetCounter("clusterwire_relay_sent_total", "Changes acknowledged by Kafka.")),
      failed_(metrics.GetCounter("clusterwire_relay_failures_total",
                                 "Turns of the relay that ended in an error.")),
      position_gauge_(metrics.GetGauge("clusterwire_relay_revision",
                                       "Revision up to which changes are in Kafka.")),
      watch_({.topic = options_.topic, .retention = options_.retention}, database, clock),
      grants_(options_.grants, store, clock),
      cause_titles_(store),
      tail_limit_(kTailLimit),
      worker_(clock, random, [this] { return Step(); },
              {.first = absl::Milliseconds(200), .limit = absl::Seconds(10)}) {
  store_.Subscribe(&worker_.wakeup());
  worker_.Wake();  // for what was committed before
}

Relay::~Relay() {
  store_.Unsubscribe(&worker_.wakeup());
  worker_.Stop();
  if (cursor_.name.empty()) return;
  if (const absl::Status kept = prepared_ ? watch_.Keep() : absl::OkStatus(); !kept.ok()) {
    telemetry::LogWarning("relay could not note where the topic ends", {{"status", kept}});
  }
  // Also of a relay that stood still, so that the next process need not wait for the lease to end.
  const absl::Status released = store_.cursors().Release(cursor_);
  if (!released.ok() && !absl::IsAborted(released)) {
    telemetry::LogWarning("relay could not give up its lease", {{"status", released}});
  }
}

Relay::State Relay::state() const {
  MutexLock lock(mutex_);
  return state_;
}

void Relay::SetState(absl::Status status, bool halted) {
  MutexLock lock(mutex_);
  state_.status = std::move(status);
  state_.position = cursor_.position;
  state_.halted = halted;
}

void Relay::StandBy(const absl::Status& status) {
  const auto cursor = store_.cursors().Get(kCursor);
  if (cursor.ok()) cursor_.position = cursor->position;
  SetState(status);
}

absl::StatusOr<absl::Time> Relay::Step() {
  const absl::Status status = CatchUp();
  if (status.ok()) {
    SetState(absl::OkStatus());
    return clock_.Now() + (grants_.travels() ? std::min(kPoll, grants_.sign_of_life()) : kPoll);
  }
  if (worker_.stopping()) return status;
  prepared_ = false;
  if (ReasonOf(status) == "LEASE_HELD") {
    StandBy(status);
    return clock_.Now() + kPoll;
  }
  const bool halted = ReasonOf(status) == "HISTORY_CONTRADICTED";
  const absl::Status before = state().status;
  if (before.code() != status.code() || ReasonOf(before) != ReasonOf(status)) {
    telemetry::LogWarning("relay stands still", {{"status", status}});
  }
  failed_.Add();
  SetState(status, halted);
  return status;
}

absl::Status Relay::CatchUp() {
  // After a new history all grants are sent again.
  if (prepared_ && grants_.travels()) {
    ASSIGN_OR_RETURN(const std::string history, store_.history());
    prepared_ = history == grants_.history();
  }
  if (!prepared_) RETURN_IF_ERROR(Prepare());
  while (!worker_.stopping()) {
    RETURN_IF_ERROR(RenewIfDue());
    RETURN_IF_ERROR(grants_.LookIfDue());
    ASSIGN_OR_RETURN(const std::vector<store::Change> changes,
                     store_.Changes(cursor_.position, options_.batch));
    RETURN_IF_ERROR(
        GiveSignOfLife(changes.empty() ? store::Revision{INT64_MAX} : cursor_.position.revision));
    if (changes.empty()) return LookAtTopic();
    RETURN_IF_ERROR(Send(changes));
    cursor_.position = changes.back().position;
    RETURN_IF_ERROR(store_.cursors().Move(cursor_));
    sent_.Add(static_cast<double>(changes.size()));
    position_gauge_.Set(static_cast<double>(cursor_.position.revision.value));
    SetState(absl::OkStatus());
  }
  return absl::OkStatus();
}

absl::Status Relay::RenewIfDue() {
  const absl::Duration now = clock_.Uptime();
  if (!renew_now_.exchange(false) && now < next_renewal_) return absl::OkStatus();
  RETURN_IF_ERROR(store_.cursors().Renew(cursor_, options_.lease));
  next_renewal_ = now + options_.lease / 6;
  return absl::OkStatus();
}

absl::Status Relay::Prepare() {
  next_renewal_ = absl::ZeroDuration();
  ASSIGN_OR_RETURN(cursor_, store_.cursors().Acquire(kCursor, options_.holder, options_.lease));
  ASSIGN_OR_RETURN(reader_, kafka::TopicReader::Create(options_.kafka, worker_.stop_token()));
  RETURN_IF_ERROR(EnsureTopic());
  RETURN_IF_ERROR(store_.cursors().Renew(cursor_, options_.lease));
  RETURN_IF_ERROR(CheckHistory());
  RETURN_IF_ERROR(watch_.Load());
  ASSIGN_OR_RETURN(const std::vector<int64_t> ends, reader_->Ends(options_.topic, kAdminLimit));
  RETURN_IF_ERROR(watch_.Compare(ends));
  next_look_ = clock_.Uptime() + kPoll;
  producer_ = nullptr;
  RETURN_IF_ERROR(PrepareGrants());
  prepared_ = true;
  return absl::OkStatus();
}

absl::Status Relay::PrepareGrants() {
  if (!grants_.travels()) return absl::OkStatus();
  const auto alive = [this]() -> absl::Status {
    if (worker_.stopping()) return absl::CancelledError("the relay stops");
    return store_.cursors().Renew(cursor_, options_.lease);
  };
  const auto send = [&](std::span<const kafka::Message> messages) -> absl::Status {
    RETURN_IF_ERROR(alive());
    return SendAll(messages);
  };
  RETURN_IF_ERROR(
      grants_.Prepare(*reader_, {.alive = alive, .send = send, .stop = worker_.stop_token()}));
  return store_.cursors().Renew(cursor_, options_.lease);
}

absl::Status Relay::GiveSignOfLife(store::Revision sent) {
  ASSIGN_OR_RETURN(const std::optional<kafka::Message> sign, grants_.SignOfLife(sent));
  return sign ? SendAll({&*sign, 1}) : absl::OkStatus();
}

absl::Status Relay::LookAtTopic() {
  if (clock_.Uptime() < next_look_) return absl::OkStatus();
  next_look_ = clock_.Uptime() + kPoll;
  const auto ends = reader_->Ends(options_.topic, kLookLimit);
  if (absl::IsNotFound(ends.status())) return ends.status();  // it is to be made again
  if (ends.ok()) RETURN_IF_ERROR(watch_.Compare(*ends));
  return grants_.IsWhole(*reader_) ? absl::OkStatus() : Prepare();
}

absl::Status Relay::EnsureTopic() {
  ASSIGN_OR_RETURN(const auto admin, kafka::Admin::Create(options_.kafka, worker_.stop_token()));
  auto partitions = admin->CountPartitions(options_.topic, kAdminLimit);
  if (absl::IsNotFound(partitions.status())) {
    ASSIGN_OR_RETURN(
        const kafka::TopicDescription made,
        admin->EnsureTopic({.name = options_.topic,
                            .partitions = options_.partitions,
                            .replication = static_cast<int16_t>(options_.replicas),
                            .retention = options_.retention,
                            // The broker's clock alone says how old a record is: ours
                            // may be wrong, and no record is refused or removed for it.
                            .config = {{"message.timestamp.type", "LogAppendTime"}}},
                           kAdminLimit));
    partitions = made.partitions;
  }
  RETURN_IF_ERROR(partitions.status());
  ASSIGN_OR_RETURN(partitions_, store_.KeepSetting(kPartitions, *partitions));
  if (*partitions < partitions_) {
    return WithRemedy(
        absl::StatusCode::kFailedPrecondition, "TOPIC_SHRUNK",
        absl::StrCat("topic ", options_.topic, " has ", *partitions,
                     " partitions, but its keys are spread over ", partitions_),
        absl::StrCat("give topic ", options_.topic, " ", partitions_,
                     " partitions again (kafka-topics.sh --alter --partitions ", partitions_, ")"));
  }
  return absl::OkStatus();
}

absl::Status Relay::CheckHistory() {
  // What is no record of ours says nothing, and must not hide the one that does.
  const auto is_record = [](const kafka::ReceivedMessage& message) {
    return change::Decode(message).ok();
  };
  const auto tail = reader_->Tail(options_.topic, is_record, tail_limit_);
  if (!tail.ok()) {
    tail_limit_ = std::min(2 * tail_limit_, kLongestTailLimit);
    return WithRemedy(
        tail.status().code(), "TAIL_UNREADABLE",
        absl::StrCat("the last record of each partition can't be read, by which a restored backup "
                     "is noticed: ",
                     tail.status().message()),
        absl::IsPermissionDenied(tail.status())
            ? kafka::RemedyOf(tail.status())
            : absl::StrCat("see whether each partition of topic ", options_.topic,
                           " has a leader (kafka-topics.sh --describe); the relay tries again and "
                           "waits longer each time"));
  }
  tail_limit_ = kTailLimit;
  ASSIGN_OR_RETURN(const std::string history, store_.history());
  ASSIGN_OR_RETURN(const store::Revision newest, store_.revision());
  for (const kafka::ReceivedMessage& message : *tail) {
    const auto record = change::Decode(message);
    // A record of another source says nothing about our history.
    if (!record.ok() || record->changed.history_id() != history) continue;
    if (record->changed.revision() <= newest.value) continue;
    return Error(
        absl::StatusCode::kFailedPrecondition, "HISTORY_CONTRADICTED",
        absl::StrCat("the topic has revision ", record->changed.revision(), " of history ", history,
                     ", the store only ", newest.value,
                     ": it was restored from a backup; OperationsService/StartNewHistory goes on"));
  }
  return absl::OkStatus();
}

absl::Status Relay::Send(const std::vector<store::Change>& changes) {
  std::vector<kafka::Message> messages;
  size_t bytes = 0;
  for (const store::Change& change : changes) {
    ASSIGN_OR_RETURN(std::optional<kafka::Message> message, MessageOf(change));
    if (!message) continue;
    bytes += message->value.size();
    messages.push_back(*std::move(message));
    if (bytes < kBatchBytes) continue;
    RETURN_IF_ERROR(SendAll(messages));
    messages.clear();
    bytes = 0;
  }
  return messages.empty() ? absl::OkStatus() : SendAll(messages);
}

absl::StatusOr<std::optional<kafka::Message>> Relay::MessageOf(const store::Change& change) {
  if (change.type == kGrantType) return grants_.MessageOf(change);
  const store::ResourceType* type = store_.registry().ForType(change.type);
  if (type != nullptr && !type->images_in_log) return std::nullopt;
  ASSIGN_OR_RETURN(change::v1::ResourceChanged record, RecordOf(change));
  RETURN_IF_ERROR(cause_titles_.AddTo(&record));
  ASSIGN_OR_RETURN(kafka::Message message,
                   change::Encode({.changed = std::move(record), .traceparent = change.trace}));
  message.to = {options_.topic,
                kafka::PartitionFor(change.root, static_cast<int32_t>(partitions_))};
  return message;
}

absl::Status Relay::SendAll(std::span<const kafka::Message> messages) {
  const absl::Status status = SendBatch(messages);
  if (ReasonOf(status) != kTooLarge) return status;
  // The topic's limit is for what the broker gets at once: alone, each may pass, and the one that
  // doesn't is known. What had passed is sent again, which consumers drop.
  for (const kafka::Message& message : messages) {
    const absl::Status alone = messages.size() == 1 ? status : SendBatch({&message, 1});
    if (ReasonOf(alone) == kTooLarge) return TooLarge(message);
    RETURN_IF_ERROR(alone);
  }
  return absl::OkStatus();
}

absl::Status Relay::SendBatch(std::span<const kafka::Message> messages) {
  if (producer_ == nullptr) {
    ASSIGN_OR_RETURN(producer_, kafka::Producer::Create(options_.kafka));
  }
  absl::Status status = producer_->Send(messages, options_.send_limit, worker_.stop_token());
  while (ReasonOf(status) == "STILL_SENDING" && !worker_.stopping()) {
    SetState(status);
    RETURN_IF_ERROR(store_.cursors().Renew(cursor_, options_.lease));
    status = producer_->Await(options_.send_limit, worker_.stop_token());
  }
  if (!status.ok()) {
    producer_ = nullptr;
    return status;
  }
  grants_.Acknowledged(producer_->acknowledged());
  return watch_.Acknowledged(producer_->acknowledged());
}

absl::Status Relay::TooLarge(const kafka::Message& message) const {
  std::string limit = "max.message.bytes";
  if (const auto admin = kafka::Admin::Create(options_.kafka); admin.ok()) {
    const auto topic = (*admin)->DescribeTopic(options_.topic, kLookLimit);
    if (topic.ok() && topic->config.contains(limit)) {
      limit = absl::StrCat(limit, " is ", topic->config.at(limit));
    }
  }
  const auto subject = kafka::FindHeader(message.headers, "ce_subject").value_or(message.key);
  return WithRemedy(
      absl::StatusCode::kFailedPrecondition, kTooLarge,
      absl::StrCat("a change of ", ToAbsl(subject), " takes ", message.value.size(),
                   " bytes and its headers, more than topic ", options_.topic, " takes (", limit,
                   "), and nothing behind it is sent"),
      absl::StrCat("raise max.message.bytes of topic ", options_.topic,
                   " to 1048588, which holds "
                   "every record (kafka-configs.sh --alter --entity-type topics --entity-name ",
                   options_.topic, " --add-config max.message.bytes=1048588)"));
}

}  // namespace clusterwire::catalogue
