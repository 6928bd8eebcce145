#include "libs/kafka/client.h"

#include <algorithm>
#include <initializer_list>
#include <span>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "libs/kafka/handles.h"

namespace clusterwire::kafka {
namespace {

constexpr char kUnavailable[] = "KAFKA_UNAVAILABLE";
constexpr char kFatal[] = "KAFKA_FATAL";
constexpr char kSettingRefused[] = "KAFKA_SETTING_REFUSED";
constexpr char kNotAuthorized[] = "KAFKA_NOT_AUTHORIZED";
// Where it isn't known which.
constexpr char kMissingRight[] = "the access list refuses it to the Kafka user";

struct Kind {
  absl::StatusCode code;
  const char* reason;
  const char* remedy;
  std::initializer_list<rd_kafka_resp_err_t> errors;
};

// The last is for all other errors.
constexpr Kind kKinds[] = {
    {absl::StatusCode::kAborted,
     kFatal,
     "make a new client",
     {RD_KAFKA_RESP_ERR__FATAL, RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE,
      RD_KAFKA_RESP_ERR__INCONSISTENT, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
      RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
      RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID}},
    {absl::StatusCode::kNotFound,
     "KAFKA_TOPIC_UNKNOWN",
     "create the topic with enough partitions",
     {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
      RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION}},
    {absl::StatusCode::kOutOfRange,
     "KAFKA_OFFSET_OUT_OF_RANGE",
     "choose an offset that the log holds",
     {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET,
      RD_KAFKA_RESP_ERR__NO_OFFSET}},
    {absl::StatusCode::kInvalidArgument,
     "KAFKA_MESSAGE_TOO_LARGE",
     "raise max.message.bytes of the topic or send less",
     {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE}},
    {absl::StatusCode::kFailedPrecondition,
     "KAFKA_CLOCK",
     "the clock of this machine and the broker's differ by more than the topic's "
     "message.timestamp.after.max.ms or message.timestamp.before.max.ms allows: set both right "
     "(NTP), or let the topic take the broker's time (message.timestamp.type=LogAppendTime)",
     {RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP}},
    {absl::StatusCode::kFailedPrecondition,
     kSettingRefused,
     "set kafka.properties[session.timeout.ms] to what the broker allows: from its "
     "group.min.session.timeout.ms to its group.max.session.timeout.ms (6 s and 30 min by default)",
     {RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT}},
    {absl::StatusCode::kFailedPrecondition,
     kSettingRefused,
     "another member of the group assigns partitions in another way: give this service a group "
     "of its own",
     {RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL}},
    {absl::StatusCode::kFailedPrecondition,
     kSettingRefused,
     "the broker's group.max.size is reached: raise it, or run fewer replicas",
     {RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED}},
    {absl::StatusCode::kFailedPrecondition,
     kSettingRefused,
     "the broker takes other values: change or remove it in kafka.properties "
     "(compression.type, sasl.mechanism, acks, group.instance.id)",
     {RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE, RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM,
      RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS, RD_KAFKA_RESP_ERR_INVALID_GROUP_ID,
      RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT, RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION,
      RD_KAFKA_RESP_ERR_POLICY_VIOLATION}},
    {absl::StatusCode::kPermissionDenied,
     kNotAuthorized,
     kMissingRight,
     {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
      RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED}},
    {absl::StatusCode::kPermissionDenied,
     kNotAuthorized,
     "check the credentials in kafka.properties",
     {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, RD_KAFKA_RESP_ERR__AUTHENTICATION}},
    {absl::StatusCode::kUnavailable,
     kUnavailable,
     "try again",
     {RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
      RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE,
      RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__WAIT_COORD,
      RD_KAFKA_RESP_ERR__RETRY, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
      RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
      RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
      RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
      RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_NOT_CONTROLLER,
      RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS}},
    {absl::StatusCode::kInternal, "KAFKA_ERROR", "see the broker's log", {}}};

LogLevel LevelOfSyslog(int level) {
  if (level <= 3) return LogLevel::kError;
  if (level == 4) return LogLevel::kWarning;
  return level <= 6 ? LogLevel::kInfo : LogLevel::kDebug;
}

const ClientState& StateOf(const rd_kafka_t* client) {
  return *static_cast<const ClientState*>(rd_kafka_opaque(client));
}

void OnLog(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  if (client != nullptr) StateOf(client).Log(LevelOfSyslog(level), facility, text);
}

void OnError(rd_kafka_t* client, int code, const char* text, void*) {
  StateOf(client).Log(LogLevel::kWarning, rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(code)),
                      text);
}

absl::Status Set(rd_kafka_conf_t* conf, const std::string& key, const std::string& value) {
  char text[512];
  if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), text, sizeof text) == RD_KAFKA_CONF_OK) {
    return absl::OkStatus();
  }
  return FieldError(absl::StrCat("kafka.config[", key, "]"), text);
}

absl::Status Fill(rd_kafka_conf_t* conf, const ClientPlan& plan, const ClientOptions& options) {
  // What is sent is waited for: held back until the other side has acknowledged what came before,
  // it would take 40 ms more.
  RETURN_IF_ERROR(Set(conf, "socket.nagle.disable", "true"));
  for (const auto& [key, value] : plan.defaults) RETURN_IF_ERROR(Set(conf, key, value));
  for (const auto& [key, value] : options.config) {
    const auto fixed = plan.fixed.find(key);
    if (fixed != plan.fixed.end() && fixed->second != value) {
      return FieldError(absl::StrCat("kafka.config[", key, "]"),
                        absl::StrCat("must stay '", fixed->second, "'; remove it"));
    }
    RETURN_IF_ERROR(Set(conf, key, value));
  }
  for (const auto& [key, value] : plan.fixed) RETURN_IF_ERROR(Set(conf, key, value));
  if (options.brokers.empty()) return FieldError("kafka.brokers", "is empty; give host:port");
  return Set(conf, "bootstrap.servers", options.brokers);
}

}  // namespace

absl::Status ToStatus(rd_kafka_resp_err_t error, std::string_view doing, std::string_view right) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  const Kind& kind = *std::ranges::find_if(kKinds, [error](const Kind& candidate) {
    return candidate.errors.size() == 0 || std::ranges::count(candidate.errors, error) > 0;
  });
  std::string remedy = kind.remedy;
  if (remedy == kMissingRight && !right.empty()) {
    remedy = absl::StrCat("give the Kafka user the right ", ToAbsl(right));
  }
  return Error(kind.code, kind.reason,
               absl::StrCat(ToAbsl(doing), ": ", rd_kafka_err2str(error), " (", remedy, ")"),
               {{"error", rd_kafka_err2name(error)}, {"remedy", remedy}});
}

std::string RemedyOf(const absl::Status& status) {
  const google::rpc::ErrorInfo info = ErrorInfoOf(status);
  const auto remedy = info.metadata().find("remedy");
  return remedy == info.metadata().end() ? "" : remedy->second;
}

absl::Status ToStatus(rd_kafka_error_t* error, std::string_view doing) {
  const ErrorHandle owned(error);
  return error == nullptr ? absl::OkStatus() : ToStatus(rd_kafka_error_code(error), doing);
}

absl::Status FatalError(rd_kafka_t* client) {
  char text[512];
  const rd_kafka_resp_err_t code = rd_kafka_fatal_error(client, text, sizeof text);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  return Error(absl::StatusCode::kAborted, kFatal,
               absl::StrCat("Kafka client is done for: ", text, " (make a new client)"),
               {{"error", rd_kafka_err2name(code)}});
}

bool IsRetriable(const absl::Status& status) { return ReasonOf(status) == kUnavailable; }

bool NeedsNewClient(const absl::Status& status) { return ReasonOf(status) == kFatal; }

void ClientState::Log(LogLevel level, std::string_view facility, std::string_view text) const {
  MutexLock lock(mutex_);
  if (log_) log_(level, facility, text);
}

void ClientState::Abandon(std::string_view why) {
  Log(LogLevel::kWarning, "CLOSE", why);
  end_limit_ = absl::Seconds(1);
}

void ClientState::SetLog(LogCallback log) {
  MutexLock lock(mutex_);
  log_ = std::move(log);
}

// librdkafka 2.0.2 holds a reference to itself after a partition was lost or its topic deleted, and
// then waits for ever to be destroyed. A service must still be able to stop, so it is waited for
// only so long and then left behind, with all that its threads may still touch.
void ClientCloser::operator()(rd_kafka_s* client) const {
  auto* state = static_cast<ClientState*>(rd_kafka_opaque(client));
  const auto ended = std::make_shared<Wakeup>();
  std::thread destroyer([client, ended] {
    // A consumer was closed by its owner, or can't be.
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    ended->Notify();
  });
  if (ended->WaitFor(state->end_limit())) {
    destroyer.join();
    delete state;
    return;
  }
  state->Log(LogLevel::kError, "DESTROY", "client doesn't end; left behind");
  state->SetLog(nullptr);
  destroyer.detach();
}

absl::StatusOr<Client> NewClient(const ClientOptions& options, const ClientPlan& plan,
                                 std::unique_ptr<ClientState> state) {
  ConfHandle conf(rd_kafka_conf_new());
  RETURN_IF_ERROR(Fill(conf.get(), plan, options));
  state->SetLog(options.log);
  rd_kafka_conf_set_opaque(conf.get(), state.get());
  rd_kafka_conf_set_log_cb(conf.get(), &OnLog);
  rd_kafka_conf_set_error_cb(conf.get(), &OnError);
  if (plan.callbacks) plan.callbacks(conf.get());

  char text[512];
  Client client(rd_kafka_new(plan.type, conf.get(), text, sizeof text));
  if (client == nullptr) return FieldError("kafka.config", text);
  (void)conf.release();  // a client that was made has taken these two over
  (void)state.release();
  return client;
}

ReceivedMessage ToReceived(const rd_kafka_message_t& message) {
  const auto text = [](const void* bytes, size_t size) {
    return size == 0 ? std::string() : std::string(static_cast<const char*>(bytes), size);
  };
  ReceivedMessage received;
  received.from = {rd_kafka_topic_name(message.rkt), message.partition};
  received.offset = message.offset;
  received.key = text(message.key, message.key_len);
  received.value = text(message.payload, message.len);
  rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const int64_t stamp = rd_kafka_message_timestamp(&message, &kind);
  received.time =
      kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? absl::InfinitePast() : absl::FromUnixMillis(stamp);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    size_t size = 0;
    for (size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      received.headers.push_back({name, text(value, size)});
    }
  }
  return received;
}

ListHandle ToList(std::span<const TopicPartition> partitions) {
  ListHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const TopicPartition& partition : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition);
  }
  return list;
}

std::vector<TopicPartition> FromList(const rd_kafka_topic_partition_list_t& list) {
  std::vector<TopicPartition> partitions;
  for (int i = 0; i < list.cnt; ++i) {
    partitions.push_back({list.elems[i].topic, list.elems[i].partition});
  }
  return partitions;
}

absl::StatusOr<MetadataHandle> MetadataOf(rd_kafka_t* client, const std::string& topic,
                                          const Remaining& remaining) {
  const TopicHandle handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
  const rd_kafka_metadata_t* raw = nullptr;
  const std::string doing = absl::StrCat("asking about topic ", topic);
  RETURN_IF_ERROR(ToStatus(remaining.InParts([&](int milliseconds) {
    return rd_kafka_metadata(client, 0, handle.get(), &raw, milliseconds);
  }),
                           doing));
  MetadataHandle metadata(raw);
  RETURN_IF_ERROR(
      ToStatus(metadata->topics[0].err, doing, absl::StrCat("Describe on topic ", topic)));
  return metadata;
}

}  // namespace clusterwire::kafka
