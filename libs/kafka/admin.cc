#include "libs/kafka/admin.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/kafka/handles.h"

namespace clusterwire::kafka {
namespace {

using NewTopicHandle = Handle<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using OptionsHandle = Handle<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using ResourceHandle = Handle<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;

// Starts an admin request by `start` and waits for its answer.
template <typename Start>
absl::StatusOr<EventHandle> Ask(rd_kafka_t* client, rd_kafka_admin_op_t what,
                                const Remaining& remaining, std::string_view doing,
                                std::string_view right, const Start& start) {
  const OptionsHandle options(rd_kafka_AdminOptions_new(client, what));
  char text[512];
  const int milliseconds = std::max(1, remaining.Milliseconds());
  RETURN_IF_ERROR(ToStatus(
      rd_kafka_AdminOptions_set_request_timeout(options.get(), milliseconds, text, sizeof text),
      doing));
  const QueueHandle queue(rd_kafka_queue_new(client));
  start(options.get(), queue.get());
  EventHandle event;
  while (event == nullptr && !remaining.over()) {
    event.reset(rd_kafka_queue_poll(queue.get(), remaining.Milliseconds(kLookMilliseconds)));
  }
  if (event == nullptr) return ToStatus(RD_KAFKA_RESP_ERR__TIMED_OUT, doing);
  RETURN_IF_ERROR(ToStatus(rd_kafka_event_error(event.get()), doing, right));
  return event;
}

absl::StatusOr<NewTopicHandle> ToNewTopic(const TopicSettings& settings) {
  char text[512];
  NewTopicHandle topic(rd_kafka_NewTopic_new(settings.name.c_str(), settings.partitions,
                                             settings.replication, text, sizeof text));
  if (topic == nullptr) return FieldError("kafka.topic", text);
  const int64_t retention = settings.retention == absl::InfiniteDuration()
                                ? -1
                                : absl::ToInt64Milliseconds(settings.retention);
  std::map<std::string, std::string> config = settings.config;
  config.try_emplace("retention.ms", absl::StrCat(retention));
  for (const auto& [name, value] : config) {
    RETURN_IF_ERROR(ToStatus(rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str()),
                             absl::StrCat("topic property ", name)));
  }
  return topic;
}

// Without what the brokers hold of its properties.
absl::StatusOr<TopicDescription> DescribePartitions(rd_kafka_t* client, const std::string& name,
                                                    const Remaining& remaining) {
  TopicDescription description;
  ASSIGN_OR_RETURN(const MetadataHandle metadata, MetadataOf(client, name, remaining));
  const rd_kafka_metadata_topic_t& topic = metadata->topics[0];
  description.partitions = topic.partition_cnt;
  for (int i = 0; i < topic.partition_cnt; ++i) {
    RETURN_IF_ERROR(ToStatus(topic.partitions[i].err, absl::StrCat("describing topic ", name)));
    description.replication = static_cast<int16_t>(topic.partitions[i].replica_cnt);
  }
  return description;
}

// Fills in what the brokers hold of its properties.
absl::Status DescribeProperties(rd_kafka_t* client, const std::string& name,
                                const Remaining& remaining, TopicDescription* description) {
  const std::string doing = absl::StrCat("reading the properties of topic ", name);
  const std::string right = absl::StrCat("DescribeConfigs on topic ", name);
  const ResourceHandle resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
  rd_kafka_ConfigResource_t* asked = resource.get();
  ASSIGN_OR_RETURN(const EventHandle event,
                   Ask(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, remaining, doing, right,
                       [&](const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                         rd_kafka_DescribeConfigs(client, &asked, 1, options, queue);
                       }));
  size_t count = 0;
  const rd_kafka_ConfigResource_t** const resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (count != 1) return ToStatus(RD_KAFKA_RESP_ERR__BAD_MSG, doing);
  RETURN_IF_ERROR(ToStatus(rd_kafka_ConfigResource_error(resources[0]), doing, right));
  const rd_kafka_ConfigEntry_t** const entries =
      rd_kafka_ConfigResource_configs(resources[0], &count);
  for (size_t i = 0; i < count; ++i) {
    const char* const value = rd_kafka_ConfigEntry_value(entries[i]);
    description->config[rd_kafka_ConfigEntry_name(entries[i])] = value == nullptr ? "" : value;
  }
  int64_t retention = 0;
  if (!absl::SimpleAtoi(description->config["retention.ms"], &retention)) {
    return ToStatus(RD_KAFKA_RESP_ERR__BAD_MSG, doing);
  }
  description->retention = retention < 0 ? absl::InfiniteDuration() : absl::Milliseconds(retention);
  return absl::OkStatus();
}

absl::StatusOr<TopicDescription> Describe(rd_kafka_t* client, const std::string& name,
                                          const Remaining& remaining) {
  ASSIGN_OR_RETURN(TopicDescription description, DescribePartitions(client, name, remaining));
  description.properties = DescribeProperties(client, name, remaining, &description);
  if (!description.properties.ok() && !absl::IsPermissionDenied(description.properties)) {
    return description.properties;
  }
  return description;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Admin>> Admin::Create(ClientOptions options, std::stop_token stop) {
  // A consumer, since only of those metadata requests can be kept from creating topics.
  const ClientPlan plan{.type = RD_KAFKA_CONSUMER,
                        .fixed = {{"allow.auto.create.topics", "false"}}};
  ASSIGN_OR_RETURN(Client client, NewClient(options, plan));
  return std::unique_ptr<Admin>(new Admin(std::move(client), std::move(stop)));
}

absl::StatusOr<TopicDescription> Admin::EnsureTopic(const TopicSettings& settings,
                                                    absl::Duration wait) {
  const Remaining remaining(wait, stop_);
  const std::string doing = absl::StrCat("creating topic ", settings.name);
  const std::string right =
      absl::StrCat("Create on topic ", settings.name, ", or make it by hand with ",
                   settings.partitions, settings.partitions == 1 ? " partition" : " partitions");
  ASSIGN_OR_RETURN(const NewTopicHandle topic, ToNewTopic(settings));
  rd_kafka_NewTopic_t* wanted = topic.get();
  ASSIGN_OR_RETURN(const EventHandle event,
                   Ask(client_.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS, remaining, doing, right,
                       [&](const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                         rd_kafka_CreateTopics(client_.get(), &wanted, 1, options, queue);
                       }));
  size_t count = 0;
  const rd_kafka_topic_result_t** const results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  if (count != 1) return ToStatus(RD_KAFKA_RESP_ERR__BAD_MSG, doing);
  const rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[0]);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
    const char* const text = rd_kafka_topic_result_error_string(results[0]);
    return ToStatus(code, text == nullptr ? doing : absl::StrCat(doing, ": ", text), right);
  }
  // The brokers hear of a new topic a moment after its creation was answered.
  return AskWithRetries(client_.get(), remaining, /*exists=*/true,
                        [&] { return Describe(client_.get(), settings.name, remaining); });
}

absl::StatusOr<bool> Admin::EnsureCompacted(const std::string& name, int replication,
                                            absl::Duration wait) {
  // What is written over and over, like a sign of life, takes the room of an hour and no more.
  static constexpr char kHour[] = "3600000";
  const auto partitions = CountPartitions(name, wait);
  if (partitions.ok()) return true;
  if (!absl::IsNotFound(partitions.status())) return partitions.status();
  const TopicSettings settings{.name = name,
                               .partitions = 1,
                               .replication = static_cast<int16_t>(replication),
                               .config = {{"cleanup.policy", "compact"},
                                          {"message.timestamp.type", "LogAppendTime"},
                                          {"segment.ms", kHour},
                                          {"max.compaction.lag.ms", kHour}}};
  RETURN_IF_ERROR(EnsureTopic(settings, wait).status());
  return false;
}

absl::StatusOr<TopicDescription> Admin::DescribeTopic(const std::string& name,
                                                      absl::Duration wait) {
  return Describe(client_.get(), name, Remaining(wait, stop_));
}

absl::StatusOr<int32_t> Admin::CountPartitions(const std::string& name, absl::Duration wait) {
  ASSIGN_OR_RETURN(const TopicDescription description,
                   DescribePartitions(client_.get(), name, Remaining(wait, stop_)));
  return description.partitions;
}

absl::StatusOr<int> Admin::CountBrokers(absl::Duration wait) {
  const rd_kafka_metadata_t* raw = nullptr;
  RETURN_IF_ERROR(ToStatus(Remaining(wait, stop_).InParts([&](int milliseconds) {
    return rd_kafka_metadata(client_.get(), 0, nullptr, &raw, milliseconds);
  }),
                           "asking for the brokers"));
  return MetadataHandle(raw)->broker_cnt;
}

}  // namespace clusterwire::kafka
