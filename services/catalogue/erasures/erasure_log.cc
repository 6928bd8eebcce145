#include "services/catalogue/erasures/erasure_log.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/kafka/admin.h"
#include "libs/kafka/producer.h"
#include "libs/kafka/topic_reader.h"
#include "libs/telemetry/log.h"

namespace clusterwire::catalogue {
namespace {

using change::v1::PersonErased;

constexpr absl::Duration kAdminLimit = absl::Seconds(10);
constexpr absl::Duration kReadLimit = absl::Minutes(2);
constexpr absl::Duration kSendLimit = absl::Seconds(10);
// How long it waits before it looks for what other processes erased and have not sent.
constexpr absl::Duration kPoll = absl::Minutes(1);
// It may have been made anew.
constexpr absl::Duration kReadAgain = absl::Hours(1);
// The same while the topic forgets, until somebody has mended that.
constexpr absl::Duration kLookAgain = absl::Seconds(10);
constexpr size_t kBatch = 1000;

}  // namespace

ErasureLog::ErasureLog(Options options, Erasures& erasures, Clock& clock, Random& random)
    : options_(std::move(options)),
      erasures_(erasures),
      clock_(clock),
      worker_(clock, random, [this] { return Step(); },
              {.first = absl::Milliseconds(200), .limit = absl::Seconds(10)}) {
  erasures_.OnErased([this] { worker_.Wake(); });
}

ErasureLog::~ErasureLog() {
  erasures_.OnErased(nullptr);
  worker_.Stop();
}

ErasureLog::State ErasureLog::state() const {
  MutexLock lock(mutex_);
  return state_;
}

absl::StatusOr<absl::Time> ErasureLog::Step() {
  const absl::Status status = Turn();
  bool is_news = false;
  {
    MutexLock lock(mutex_);
    is_news = !status.ok() && (state_.status.code() != status.code() ||
                               ReasonOf(state_.status) != ReasonOf(status));
    state_.status = status;
  }
  if (is_news && !worker_.stopping()) {
    telemetry::LogWarning("erasures stand still", {{"status", status}});
  }
  if (!status.ok()) read_ = false;
  RETURN_IF_ERROR(status);
  return clock_.Now() + (state().forgets ? kLookAgain : kPoll);
}

absl::Status ErasureLog::Turn() {
  if (!read_ || clock_.Uptime() >= next_read_) RETURN_IF_ERROR(Read());
  ASSIGN_OR_RETURN(const Erasures::Records all, erasures_.All());
  return Send(all);
}

absl::Status ErasureLog::Read() {
  ASSIGN_OR_RETURN(const auto admin, kafka::Admin::Create(options_.kafka, worker_.stop_token()));
  const auto partitions = admin->CountPartitions(options_.topic, kAdminLimit);
  if (!partitions.ok() && !absl::IsNotFound(partitions.status())) return partitions.status();
  bool forgets = false;
  if (!partitions.ok()) {
    RETURN_IF_ERROR(admin
                        ->EnsureTopic({.name = options_.topic,
                                       .partitions = 1,
                                       .replication = static_cast<int16_t>(options_.replicas),
                                       .config = {{"cleanup.policy", "compact"}}},
                                      kAdminLimit)
                        .status());
  } else if (const auto topic = admin->DescribeTopic(options_.topic, options_.look_limit);
             topic.ok()) {
    forgets = topic->forgets();
  }
  ASSIGN_OR_RETURN(const auto reader, kafka::TopicReader::Create(options_.kafka, worker_.stop_token()));
  Erasures::Records read;
  RETURN_IF_ERROR(reader->ReadWhole(
      options_.topic,
      [&](const kafka::ReceivedMessage& message) -> absl::Status {
        PersonErased record;
        if (!record.ParseFromString(message.value) || record.name() != message.key) {
          return Error(absl::StatusCode::kDataLoss, "ERASURE_UNREADABLE",
                       absl::StrCat(ToString(message.from), " has at offset ", message.offset,
                                    " what is no erasure: let nobody else write to that topic"));
        }
        read[record.name()] = std::move(record);
        return absl::OkStatus();
      },
      kReadLimit));
  RETURN_IF_ERROR(erasures_.Replay(read));
  on_topic_ = std::move(read);
  read_ = true;
  next_read_ = clock_.Uptime() + (forgets ? kLookAgain : kReadAgain);
  erasures_.Open();
  MutexLock lock(mutex_);
  state_.read = true;
  state_.forgets = forgets;
  return absl::OkStatus();
}

absl::Status ErasureLog::Send(const Erasures::Records& all) {
  std::vector<const PersonErased*> unsent;
  for (const auto& [name, record] : all) {
    const auto found = on_topic_.find(name);
    if (found == on_topic_.end() || !store::SameButForStamps(found->second, record)) {
      unsent.push_back(&record);
    }
  }
  std::unique_ptr<kafka::Producer> producer;
  for (size_t next = 0; next < unsent.size();) {
    {
      MutexLock lock(mutex_);
      state_.waiting = static_cast<int64_t>(unsent.size() - next);
    }
    if (producer == nullptr) {
      ASSIGN_OR_RETURN(producer, kafka::Producer::Create(options_.kafka));
    }
    const size_t end = std::min(unsent.size(), next + kBatch);
    std::vector<kafka::Message> batch;
    for (size_t i = next; i < end; ++i) {
      batch.push_back({.to = {options_.topic, 0},
                       .key = unsent[i]->name(),
                       .value = SerializeDeterministic(*unsent[i]),
                       .headers = {{"content-type", "application/protobuf"}}});
    }
    RETURN_IF_ERROR(producer->Send(batch, kSendLimit, worker_.stop_token()));
    for (; next < end; ++next) on_topic_[unsent[next]->name()] = *unsent[next];
  }
  MutexLock lock(mutex_);
  state_.waiting = 0;
  state_.on_topic = static_cast<int64_t>(on_topic_.size());
  return absl::OkStatus();
}

}  // namespace clusterwire::catalogue
