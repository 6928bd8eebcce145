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
#include "libs/resource/page.h"

namespace clusterwire::catalogue {
namespace {

using change::v1::GrantChanged;

constexpr absl::Duration kAdminLimit = absl::Seconds(10);
constexpr absl::Duration kLookLimit = absl::Seconds(2);
// Some hundred thousand grants; shorter than the relay's lease.
constexpr absl::Duration kReadLimit = absl::Seconds(20);

// A grant's name is made of its subject and resource without a secret, so that a reader who guesses
// both could find it; on the topic it stands for itself.
std::string NameOnTopic(std::string_view key, std::string_view name) {
  return absl::StrCat("grants/",
                      absl::BytesToHexString(ToAbsl(HmacSha256(key, name)).substr(0, 16)));
}

GrantChanged RecordOf(std::string_view key, const v1::Grant& grant, const std::string& history) {
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

// Whether a reader of the topic takes `next` in the place of `known`.
bool Replaces(const GrantChanged& next, const GrantChanged& known) {
  return next.history() != known.history() || next.revision() >= known.revision();
}

bool SayTheSame(const GrantChanged& one, const GrantChanged& other) {
  return SerializeDeterministic(one) == SerializeDeterministic(other);
}

}  // namespace

absl::Status GrantsTopic::Ensure() const {
  ASSIGN_OR_RETURN(const auto admin, kafka::Admin::Create(options_.kafka));
  const auto partitions = admin->CountPartitions(options_.topic, kAdminLimit);
  if (!absl::IsNotFound(partitions.status())) return partitions.status();
  return admin
      ->EnsureTopic(
          {.name = options_.topic,
           .partitions = 1,
           .replication = static_cast<int16_t>(options_.replicas),
           .config = {{"cleanup.policy", "compact"}, {"message.timestamp.type", "LogAppendTime"}}},
          kAdminLimit)
      .status();
}

absl::StatusOr<GrantsTopic::Content> GrantsTopic::Read(kafka::TopicReader& reader) const {
  Content content;
  const auto visit = [&](const kafka::ReceivedMessage& message) {
    // What isn't ours says nothing; readers pass it as well.
    auto record = change::DecodeGrant(message);
    if (message.from.partition != 0 || !record.ok()) return absl::OkStatus();
    if (record->name() == change::kGrantsComplete) {
      content.complete = *std::move(record);
      return absl::OkStatus();
    }
    const auto [known, is_new] = content.grants.try_emplace(record->name(), *record);
    if (!is_new && Replaces(*record, known->second)) known->second = *std::move(record);
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(reader.ReadWhole(options_.topic, visit, kReadLimit));
  return content;
}

absl::StatusOr<std::vector<GrantsTopic::Record>> GrantsTopic::Missing(const store::Reader& reader,
                                                                      Content content) const {
  const std::string& key = options_.subject_key;
  std::vector<Record> missing;
  const store::ScanOptions all{.type = "grant", .include_deleted = true};
  RETURN_IF_ERROR(resource::ForEach(reader, all, [&](const store::Scanned& one) {
    Record record = RecordOf(key, static_cast<const v1::Grant&>(*one.resource), history_);
    const auto there = content.grants.extract(record.name());
    const bool known = record.withdrawn() ? !there || there.mapped().withdrawn()
                                          : there && SayTheSame(there.mapped(), record);
    if (!known) missing.push_back(std::move(record));
    return true;
  }));
  for (auto& [name, record] : content.grants) {
    if (record.withdrawn()) continue;
    record.set_withdrawn(true);
    record.set_history(history_);
    record.set_revision(std::max<int64_t>(reader.revision().value, 1));
    *record.mutable_time() = ToTimestamp(clock_.Now());
    missing.push_back(std::move(record));
  }
  const Record complete = Complete(reader.revision());
  const bool said = content.complete && content.complete->history() == history_ &&
                    content.complete->subject_hash() == complete.subject_hash();
  if (!said || !missing.empty()) missing.push_back(complete);
  return missing;
}

GrantsTopic::Record GrantsTopic::Complete(store::Revision newest) const {
  Record record;
  record.set_name(std::string(change::kGrantsComplete));
  record.set_subject_hash(change::SubjectHash(options_.subject_key, change::kGrantsComplete));
  record.set_history(history_);
  record.set_revision(std::max<int64_t>(newest.value, 1));
  *record.mutable_time() = ToTimestamp(clock_.Now());
  return record;
}

absl::StatusOr<kafka::Message> GrantsTopic::Encoded(const Record& record) const {
  ASSIGN_OR_RETURN(kafka::Message message, change::EncodeGrant(record));
  message.to = {options_.topic, 0};
  return message;
}

absl::StatusOr<std::vector<kafka::Message>> GrantsTopic::Prepare(kafka::TopicReader& reader) {
  RETURN_IF_ERROR(Ensure());
  ASSIGN_OR_RETURN(Content content, Read(reader));
  ASSIGN_OR_RETURN(history_, store_.history());
  ASSIGN_OR_RETURN(const auto state, store_.Read());
  for (const auto& [name, record] : content.grants) {
    if (record.history() != history_ || record.revision() <= state->revision().value) continue;
    return Error(
        absl::StatusCode::kFailedPrecondition, "HISTORY_CONTRADICTED",
        absl::StrCat("topic ", options_.topic, " has revision ", record.revision(), " of history ",
                     history_, ", the store only ", state->revision().value,
                     ": it was restored from a backup; OperationsService/StartNewHistory goes on"));
  }
  ASSIGN_OR_RETURN(const std::vector<Record> missing, Missing(*state, std::move(content)));
  std::vector<kafka::Message> messages;
  for (const Record& record : missing) {
    ASSIGN_OR_RETURN(kafka::Message message, Encoded(record));
    messages.push_back(std::move(message));
  }
  prepared_ = state->revision();
  ASSIGN_OR_RETURN(const std::vector<int64_t> ends, reader.Ends(options_.topic, kAdminLimit));
  end_ = ends.empty() ? 0 : ends.front();
  return messages;
}

absl::StatusOr<std::optional<kafka::Message>> GrantsTopic::MessageOf(
    const store::Change& change) const {
  const auto* grant = dynamic_cast<const v1::Grant*>(change.after.get());
  if (!travels() || grant == nullptr || change.position.revision <= prepared_) return std::nullopt;
  ASSIGN_OR_RETURN(kafka::Message message,
                   Encoded(RecordOf(options_.subject_key, *grant, change.history)));
  return message;
}

void GrantsTopic::Acknowledged(
    const std::map<kafka::TopicPartition, kafka::Producer::Range>& ranges) {
  const auto range = ranges.find({options_.topic, 0});
  if (range != ranges.end()) end_ = std::max(end_, range->second.last + 1);
}

bool GrantsTopic::IsWhole(kafka::TopicReader& reader) const {
  if (!travels()) return true;
  const auto ends = reader.Ends(options_.topic, kLookLimit);
  if (absl::IsNotFound(ends.status())) return false;
  return !ends.ok() || (!ends->empty() && ends->front() >= end_);
}

}  // namespace clusterwire::catalogue
