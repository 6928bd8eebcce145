#include "services/catalogue/changes/grants_topic.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/grant.pb.h"

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/change/grant.h"
#include "libs/kafka/admin.h"
#include "libs/telemetry/log.h"

namespace clusterwire::catalogue {
namespace {

using change::v1::GrantChanged;

constexpr absl::Duration kGrantsAdminLimit = absl::Seconds(10);
constexpr absl::Duration kGrantsLookLimit = absl::Seconds(2);
// While the topic is read: how long nothing may come, and how often it is told that it gets on.
constexpr absl::Duration kReadLimit = absl::Seconds(20);
constexpr absl::Duration kAlive = absl::Seconds(3);
constexpr int kPage = 500;  // grants that are compared at once

// A grant's name is made of its subject and resource without a secret, so that a reader who guesses
// both could find it; on the topic it stands for itself.
std::string NameOnTopic(std::string_view key, std::string_view name) {
  return absl::StrCat("grants/",
                      absl::BytesToHexString(ToAbsl(HmacSha256(key, name)).substr(0, 16)));
}

GrantChanged GrantRecord(std::string_view key, const v1::Grant& grant, const std::string& history) {
  GrantChanged record;
  record.set_name(NameOnTopic(key, grant.name()));
  record.set_subject_hash(change::SubjectHash(key, grant.subject()));
  record.set_is_pattern(absl::EndsWith(grant.subject(), "*"));
  record.set_resource(grant.resource());
  record.set_role(static_cast<GrantChanged::Role>(grant.role()));
  record.set_withdrawn(grant.has_delete_time());
  record.set_history(history);
  record.set_revision(grant.revision());
  *record.mutable_time() = grant.update_time();
  return record;
}

}  // namespace

absl::StatusOr<GrantsOnTopic> GrantsTopic::Read(kafka::TopicReader& reader,
                                                const Steps& steps) const {
  GrantsOnTopic content;
  absl::Duration next = clock_.Uptime() + kAlive;
  const auto visit = [&](const kafka::ReceivedMessage& message) -> absl::Status {
    content.Take(message);
    if (clock_.Uptime() < next) return absl::OkStatus();
    next = clock_.Uptime() + kAlive;
    return steps.alive();
  };
  RETURN_IF_ERROR(reader.ReadWhole(options_.topic, visit, kReadLimit));
  return content;
}

absl::Status GrantsTopic::SendRecords(const Steps& steps,
                                      const std::vector<Record>& records) const {
  std::vector<kafka::Message> messages;
  for (const Record& record : records) {
    ASSIGN_OR_RETURN(kafka::Message message, Encoded(record));
    messages.push_back(std::move(message));
  }
  return messages.empty() ? steps.alive() : steps.send(messages);
}

absl::StatusOr<bool> GrantsTopic::SendSome(const Steps& steps, GrantsOnTopic& content,
                                           std::string& after, size_t& sent) const {
  std::vector<Record> missing;
  bool more = false;
  {
    // Each page as it stands then: what changes meanwhile follows from the log, and is later.
    ASSIGN_OR_RETURN(const auto reader, store_.Read());
    ASSIGN_OR_RETURN(
        const auto page,
        reader->Scan({.type = "grant", .after = after, .limit = kPage, .include_deleted = true}));
    more = page.size() == static_cast<size_t>(kPage);
    for (const store::Scanned& one : page) {
      const auto& grant = static_cast<const v1::Grant&>(*one.resource);
      after = grant.name();
      Record record = GrantRecord(options_.subject_key, grant, history_);
      if (!content.Settle(record)) missing.push_back(std::move(record));
    }
  }
  sent += missing.size();
  RETURN_IF_ERROR(SendRecords(steps, missing));
  return more;
}

absl::Status GrantsTopic::WithdrawRest(const Steps& steps, GrantsOnTopic& content,
                                       size_t& sent) const {
  std::vector<Record> records;
  for (std::string name = content.TakeOne(); !name.empty(); name = content.TakeOne()) {
    Record& record = records.emplace_back();
    record.set_name(std::move(name));
    record.set_withdrawn(true);
    record.set_history(history_);
    record.set_revision(std::max<int64_t>(prepared_.value, 1));
    *record.mutable_time() = ToTimestamp(clock_.Now());
    if (records.size() < kPage) continue;
    RETURN_IF_ERROR(SendRecords(steps, records));
    sent += std::exchange(records, {}).size();
  }
  sent += records.size();
  return SendRecords(steps, records);
}

GrantsTopic::Record GrantsTopic::Complete(const Look& look) const {
  Record record;
  record.set_name(std::string(change::kGrantsComplete));
  record.set_subject_hash(change::SubjectHash(options_.subject_key, change::kGrantsComplete));
  record.set_history(history_);
  record.set_revision(std::max<int64_t>(look.newest.value, 1));
  *record.mutable_time() = ToTimestamp(look.time);
  record.set_looked_behind(look.end);
  return record;
}

absl::StatusOr<kafka::Message> GrantsTopic::Encoded(const Record& record) const {
  ASSIGN_OR_RETURN(kafka::Message message, change::EncodeGrant(record));
  message.to = {options_.topic, 0};
  return message;
}

absl::Status GrantsTopic::Prepare(kafka::TopicReader& reader, const Steps& steps) {
  ASSIGN_OR_RETURN(const auto admin, kafka::Admin::Create(options_.kafka, steps.stop));
  RETURN_IF_ERROR(
      admin->EnsureCompacted(options_.topic, options_.replicas, kGrantsAdminLimit).status());
  ASSIGN_OR_RETURN(GrantsOnTopic content, Read(reader, steps));
  ASSIGN_OR_RETURN(history_, store_.history());
  ASSIGN_OR_RETURN(prepared_, store_.revision());
  // What is said of a store without a write says 1, the least that a record may.
  const int64_t known = std::max<int64_t>(prepared_.value, 1);
  if (const int64_t ahead = content.newest_of(history_); ahead > known) {
    return Error(
        absl::StatusCode::kFailedPrecondition, "HISTORY_CONTRADICTED",
        absl::StrCat("topic ", options_.topic, " has revision ", ahead, " of history ", history_,
                     ", the store only ", prepared_.value,
                     ": it was restored from a backup; OperationsService/StartNewHistory goes on"));
  }
  const Look look{prepared_, clock_.Now()};
  size_t sent = 0;
  bool more = true;
  for (std::string after; more;) {
    ASSIGN_OR_RETURN(more, SendSome(steps, content, after, sent));
  }
  RETURN_IF_ERROR(WithdrawRest(steps, content, sent));
  ASSIGN_OR_RETURN(const std::vector<int64_t> ends, reader.Ends(options_.topic, kGrantsAdminLimit));
  end_ = ends.empty() ? 0 : ends.front();
  look_.reset();
  next_sign_ = clock_.Uptime();
  const Record complete = Complete(look);
  const bool said = content.complete().history() == history_ &&
                    content.complete().subject_hash() == complete.subject_hash();
  if (said && sent == 0) return absl::OkStatus();
  telemetry::LogInfo("the topic of grants was made right",
                     {{"topic", options_.topic}, {"records", static_cast<int64_t>(sent)}});
  return SendRecords(steps, {complete});
}

absl::StatusOr<std::optional<kafka::Message>> GrantsTopic::MessageOf(
    const store::Change& change) const {
  if (!travels() || change.position.revision <= prepared_) return std::nullopt;
  const std::string& key = options_.subject_key;
  if (change.after == nullptr) {
    kafka::Message gone = change::ForgetGrant(NameOnTopic(key, change.name));
    gone.to = {options_.topic, 0};
    return gone;
  }
  const auto* grant = dynamic_cast<const v1::Grant*>(change.after.get());
  if (grant == nullptr) return std::nullopt;
  ASSIGN_OR_RETURN(kafka::Message message, Encoded(GrantRecord(key, *grant, change.history)));
  return message;
}

absl::Status GrantsTopic::LookIfDue() {
  if (!travels() || look_ || clock_.Uptime() < next_sign_) return absl::OkStatus();
  Look look{.newest = {}, .time = clock_.Now(), .end = end_};
  ASSIGN_OR_RETURN(look.newest, store_.revision());
  look_ = look;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<kafka::Message>> GrantsTopic::SignOfLife(store::Revision sent) {
  if (!look_ || sent < look_->newest) return std::nullopt;
  ASSIGN_OR_RETURN(kafka::Message sign, Encoded(Complete(*look_)));
  look_.reset();
  next_sign_ = clock_.Uptime() + options_.sign_of_life;
  return sign;
}

void GrantsTopic::Acknowledged(
    const std::map<kafka::TopicPartition, kafka::Producer::Range>& ranges) {
  const auto range = ranges.find({options_.topic, 0});
  if (range != ranges.end()) end_ = std::max(end_, range->second.last + 1);
}

bool GrantsTopic::IsWhole(kafka::TopicReader& reader) const {
  if (!travels()) return true;
  const auto ends = reader.Ends(options_.topic, kGrantsLookLimit);
  if (absl::IsNotFound(ends.status())) return false;
  return !ends.ok() || (!ends->empty() && ends->front() >= end_);
}

}  // namespace clusterwire::catalogue
