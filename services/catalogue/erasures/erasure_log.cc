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
constexpr absl::Duration kReadLimit = absl::Seconds(20);  // how long nothing may come
constexpr absl::Duration kSendLimit = absl::Seconds(10);
// How long it waits before it looks for what other processes erased and have not sent.
constexpr absl::Duration kPoll = absl::Minutes(1);
// It may have been made anew.
constexpr absl::Duration kReadAgain = absl::Hours(1);
// The same while the topic forgets, until somebody has mended that.
constexpr absl::Duration kLookAgain = absl::Seconds(10);
constexpr size_t kBatch = 1000;
constexpr int kPage = 200;      // erasures compared, or erased again, at once
constexpr int kLogPage = 2000;  // rows of the log, without what they hold

absl::StatusOr<PersonErased> Decoded(const kafka::ReceivedMessage& message) {
  PersonErased record;
  if (record.ParseFromString(message.value) && record.name() == message.key) return record;
  return Error(absl::StatusCode::kDataLoss, "ERASURE_UNREADABLE",
               absl::StrCat(ToString(message.from), " has at offset ", message.offset,
                            " what is no erasure: let nobody else write to that topic"));
}

// Of what it says, without its writer and time.
std::string DigestOf(const PersonErased& record) {
  constexpr size_t kBytes = 15;  // what a string holds without memory of its own
  return Sha256(store::WithoutStamps(record)).substr(0, kBytes);
}

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
  const absl::Status status = ReadAndSend();
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

absl::Status ErasureLog::ReadAndSend() {
  if (!read_ || clock_.Uptime() >= next_read_) RETURN_IF_ERROR(Read());
  RETURN_IF_ERROR(ReadOn({}));
  return Send();
}

absl::Status ErasureLog::Read() {
  ASSIGN_OR_RETURN(const auto admin, kafka::Admin::Create(options_.kafka, worker_.stop_token()));
  ASSIGN_OR_RETURN(const bool was_there,
                   admin->EnsureCompacted(options_.topic, options_.replicas, kAdminLimit));
  bool forgets = false;
  if (was_there) {
    const auto topic = admin->DescribeTopic(options_.topic, options_.look_limit);
    forgets = topic.ok() && topic->forgets();
  }
  ASSIGN_OR_RETURN(const auto reader,
                   kafka::TopicReader::Create(options_.kafka, worker_.stop_token()));
  ASSIGN_OR_RETURN(Digests topic, ReadTopic(*reader));
  const size_t read = topic.size();
  // What is erased from here on follows from the log.
  ASSIGN_OR_RETURN(const store::Revision newest, erasures_.store().revision());
  position_ = store::EndOf(newest);
  RETURN_IF_ERROR(Compare(topic));
  if (!topic.empty()) {
    RETURN_IF_ERROR(Replay(*reader, topic));
    RETURN_IF_ERROR(ReadOn(topic));
  }
  read_ = true;
  next_read_ = clock_.Uptime() + (forgets ? kLookAgain : kReadAgain);
  erasures_.Open();
  MutexLock lock(mutex_);
  state_.read = true;
  state_.forgets = forgets;
  state_.on_topic = static_cast<int64_t>(read);
  return absl::OkStatus();
}

absl::StatusOr<ErasureLog::Digests> ErasureLog::ReadTopic(kafka::TopicReader& reader) const {
  Digests digests;
  const auto visit = [&](const kafka::ReceivedMessage& message) -> absl::Status {
    if (worker_.stopping()) return absl::CancelledError("the catalogue stops");
    ASSIGN_OR_RETURN(const PersonErased record, Decoded(message));
    RETURN_IF_ERROR(erasures_.CheckKey(record));
    digests[record.name()] = DigestOf(record);
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(reader.ReadWhole(options_.topic, visit, kReadLimit));
  return digests;
}

absl::Status ErasureLog::Compare(Digests& topic) {
  std::string after;
  while (true) {
    ASSIGN_OR_RETURN(const Erasures::Records some, erasures_.Some(after, kPage));
    if (some.empty()) return absl::OkStatus();
    after = some.rbegin()->first;
    for (const auto& [name, record] : some) {
      const auto there = topic.find(name);
      if (there != topic.end() && there->second == DigestOf(record)) {
        topic.erase(there);
      } else {
        unsent_.insert(name);
      }
    }
  }
}

absl::Status ErasureLog::Replay(kafka::TopicReader& reader, const Digests& names) const {
  Erasures::Records some;
  const auto replay = [&]() -> absl::Status { return erasures_.Replay(std::exchange(some, {})); };
  const auto visit = [&](const kafka::ReceivedMessage& message) -> absl::Status {
    if (worker_.stopping()) return absl::CancelledError("the catalogue stops");
    if (!names.contains(message.key)) return absl::OkStatus();
    ASSIGN_OR_RETURN(some[message.key], Decoded(message));
    return some.size() < kPage ? absl::OkStatus() : replay();
  };
  RETURN_IF_ERROR(reader.ReadWhole(options_.topic, visit, kReadLimit));
  return replay();
}

absl::Status ErasureLog::ReadOn(const Digests& on_topic) {
  while (true) {
    const auto touched = erasures_.store().Touched(position_, kLogPage);
    // The log was compacted past it.
    if (absl::IsOutOfRange(touched.status())) return Read();
    RETURN_IF_ERROR(touched.status());
    if (touched->empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const auto store, erasures_.store().Read());
    for (const store::TouchedName& one : *touched) {
      if (one.type != "erasure") continue;
      const auto there = on_topic.find(one.name);
      if (there != on_topic.end()) {
        ASSIGN_OR_RETURN(const auto record, store->Get<PersonErased>(one.name));
        if (DigestOf(record) == there->second) continue;
      }
      unsent_.insert(one.name);
    }
    position_ = touched->back().position;
  }
}

absl::Status ErasureLog::Send() {
  while (!unsent_.empty()) {
    {
      MutexLock lock(mutex_);
      state_.waiting = static_cast<int64_t>(unsent_.size());
    }
    if (producer_ == nullptr) {
      ASSIGN_OR_RETURN(producer_, kafka::Producer::Create(options_.kafka));
    }
    std::vector<kafka::Message> batch;
    std::vector<std::string> names;
    {
      ASSIGN_OR_RETURN(const auto store, erasures_.store().Read());
      for (const std::string& name : unsent_) {
        if (batch.size() == kBatch) break;
        ASSIGN_OR_RETURN(const auto record, store->Get<PersonErased>(name));
        batch.push_back({.to = {options_.topic, 0},
                         .key = name,
                         .value = SerializeDeterministic(record),
                         .headers = {{"content-type", "application/protobuf"}}});
        names.push_back(name);
      }
    }
    if (const absl::Status sent = producer_->Send(batch, kSendLimit, worker_.stop_token());
        !sent.ok()) {
      producer_.reset();
      return sent;
    }
    for (const std::string& name : names) unsent_.erase(name);
    MutexLock lock(mutex_);
    state_.on_topic += static_cast<int64_t>(names.size());
  }
  erasures_.SetOnTopic(position_.revision);
  MutexLock lock(mutex_);
  state_.waiting = 0;
  return absl::OkStatus();
}

}  // namespace clusterwire::catalogue
