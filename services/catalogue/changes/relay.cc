#include "services/catalogue/changes/relay.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/change/record.h"
#include "libs/kafka/message.h"
#include "libs/telemetry/log.h"
#include "services/catalogue/changes/record.h"

namespace clusterwire::catalogue {
namespace {

constexpr absl::Duration kAdminLimit = absl::Seconds(10);
// Of values that the producer gets at once: well below what it takes.
constexpr size_t kBatchBytes = kafka::Producer::kMaxBytes / 4;
// How long an idle relay waits before it looks for writes of other processes and renews its lease.
constexpr absl::Duration kPoll = absl::Seconds(5);

}  // namespace

Relay::Relay(Options options, store::Store& store, Clock& clock, Random& random,
             telemetry::Metrics& metrics)
    : options_(std::move(options)),
      store_(store),
      clock_(clock),
      sent_(metrics.GetCounter("clusterwire_relay_sent_total", "Changes acknowledged by Kafka.")),
      failed_(metrics.GetCounter("clusterwire_relay_failures_total",
                                 "Turns of the relay that ended in an error.")),
      position_gauge_(metrics.GetGauge("clusterwire_relay_revision",
                                       "Revision up to which changes are in Kafka.")),
      worker_(clock, random, [this] { return Step(); },
              {.first = absl::Milliseconds(200), .limit = absl::Seconds(10)}) {
  store_.Subscribe(&worker_.wakeup());
  worker_.Wake();  // for what was committed before
}

Relay::~Relay() {
  store_.Unsubscribe(&worker_.wakeup());
  worker_.Stop();
  if (cursor_.name.empty()) return;
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

absl::StatusOr<absl::Time> Relay::Step() {
  const absl::Status status = Turn();
  if (status.ok()) {
    SetState(absl::OkStatus());
    return clock_.Now() + kPoll;
  }
  if (worker_.stopping()) return status;
  const bool halted = ReasonOf(status) == "HISTORY_CONTRADICTED";
  if (state().status.code() != status.code()) {
    telemetry::LogWarning("relay stands still", {{"status", status}});
  }
  failed_.Add();
  prepared_ = false;
  SetState(status, halted);
  return status;
}

absl::Status Relay::Turn() {
  if (!prepared_) RETURN_IF_ERROR(Prepare());
  while (!worker_.stopping()) {
    RETURN_IF_ERROR(store_.cursors().Renew(cursor_, options_.lease));
    ASSIGN_OR_RETURN(const std::vector<store::Change> changes,
                     store_.Changes(cursor_.position, options_.batch));
    if (changes.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(Send(changes));
    cursor_.position = changes.back().position;
    RETURN_IF_ERROR(store_.cursors().Move(cursor_));
    sent_.Add(static_cast<double>(changes.size()));
    position_gauge_.Set(static_cast<double>(cursor_.position.revision.value));
    SetState(absl::OkStatus());
  }
  return absl::OkStatus();
}

absl::Status Relay::Prepare() {
  ASSIGN_OR_RETURN(cursor_, store_.cursors().Acquire(kCursor, options_.holder, options_.lease));
  RETURN_IF_ERROR(EnsureTopic());
  RETURN_IF_ERROR(CheckHistory());
  producer_ = nullptr;
  prepared_ = true;
  return absl::OkStatus();
}

absl::Status Relay::EnsureTopic() {
  ASSIGN_OR_RETURN(const auto admin, kafka::Admin::Create(options_.kafka));
  auto partitions = admin->CountPartitions(options_.topic, kAdminLimit);
  if (absl::IsNotFound(partitions.status())) {
    ASSIGN_OR_RETURN(const kafka::TopicDescription made,
                     admin->EnsureTopic({.name = options_.topic,
                                         .partitions = options_.partitions,
                                         .replication = static_cast<int16_t>(options_.replicas),
                                         .retention = options_.retention,
                                         .config = {}},
                                        kAdminLimit));
    partitions = made.partitions;
  }
  RETURN_IF_ERROR(partitions.status());
  ASSIGN_OR_RETURN(partitions_, store_.KeepSetting(kPartitions, *partitions));
  if (*partitions < partitions_) {
    return Error(absl::StatusCode::kFailedPrecondition, "TOPIC_SHRUNK",
                 absl::StrCat("topic ", options_.topic, " has ", *partitions,
                              " partitions, but its keys are spread over ", partitions_,
                              "; give it that many again"));
  }
  return absl::OkStatus();
}

absl::Status Relay::CheckHistory() {
  ASSIGN_OR_RETURN(const auto reader, kafka::TopicReader::Create(options_.kafka));
  ASSIGN_OR_RETURN(const auto tail, reader->Tail(options_.topic, kAdminLimit));
  ASSIGN_OR_RETURN(const std::string history, store_.history());
  ASSIGN_OR_RETURN(const store::Revision newest, store_.revision());
  for (const kafka::ReceivedMessage& message : tail) {
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
    ASSIGN_OR_RETURN(change::v1::ResourceChanged record, RecordOf(change));
    ASSIGN_OR_RETURN(kafka::Message message,
                     change::Encode({.changed = std::move(record), .traceparent = change.trace}));
    message.to = {options_.topic,
                  kafka::PartitionFor(change.root, static_cast<int32_t>(partitions_))};
    bytes += message.value.size();
    messages.push_back(std::move(message));
    if (bytes < kBatchBytes) continue;
    RETURN_IF_ERROR(SendAll(messages));
    messages.clear();
    bytes = 0;
  }
  return messages.empty() ? absl::OkStatus() : SendAll(messages);
}

absl::Status Relay::SendAll(const std::vector<kafka::Message>& messages) {
  if (producer_ == nullptr) {
    ASSIGN_OR_RETURN(producer_, kafka::Producer::Create(options_.kafka));
  }
  absl::Status status = producer_->Send(messages, options_.send_limit, worker_.stop_token());
  while (ReasonOf(status) == "STILL_SENDING" && !worker_.stopping()) {
    SetState(status);
    RETURN_IF_ERROR(store_.cursors().Renew(cursor_, options_.lease));
    status = producer_->Await(options_.send_limit, worker_.stop_token());
  }
  if (!status.ok()) producer_ = nullptr;
  return status;
}

}  // namespace clusterwire::catalogue
