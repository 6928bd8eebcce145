#include "libs/kafka/errors.h"

#include "absl/strings/str_cat.h"
#include "librdkafka/rdkafka.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::kafka {
namespace {

constexpr char kUnavailable[] = "KAFKA_UNAVAILABLE";
constexpr char kFatal[] = "KAFKA_FATAL";

struct Kind {
  absl::StatusCode code;
  const char* reason;
  const char* remedy;
};

Kind KindOf(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE:
    case RD_KAFKA_RESP_ERR__INCONSISTENT:
    case RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER:
    case RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
      return {absl::StatusCode::kAborted, kFatal, "make a new client"};
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return {absl::StatusCode::kNotFound, "KAFKA_TOPIC_UNKNOWN",
              "create the topic with enough partitions"};
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR__NO_OFFSET:
      return {absl::StatusCode::kOutOfRange, "KAFKA_OFFSET_OUT_OF_RANGE",
              "choose an offset that the log holds"};
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return {absl::StatusCode::kInvalidArgument, "KAFKA_MESSAGE_TOO_LARGE",
              "raise max.message.bytes of the topic or send less"};
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return {absl::StatusCode::kPermissionDenied, "KAFKA_NOT_AUTHORIZED",
              "check the credentials and the access list"};
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR__RETRY:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_NOT_CONTROLLER:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
      return {absl::StatusCode::kUnavailable, kUnavailable, "try again"};
    default:
      return {absl::StatusCode::kInternal, "KAFKA_ERROR", "see the broker's log"};
  }
}

}  // namespace

absl::Status ToStatus(int code, std::string_view doing) {
  const auto error = static_cast<rd_kafka_resp_err_t>(code);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  const Kind kind = KindOf(error);
  return Error(kind.code, kind.reason,
               absl::StrCat(ToAbsl(doing), ": ", rd_kafka_err2str(error), " (", kind.remedy, ")"),
               {{"error", rd_kafka_err2name(error)}});
}

absl::Status FatalError(rd_kafka_s* client) {
  char text[512];
  const rd_kafka_resp_err_t code = rd_kafka_fatal_error(client, text, sizeof text);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  return Error(absl::StatusCode::kAborted, kFatal,
               absl::StrCat("Kafka client is done for: ", text, " (make a new client)"),
               {{"error", rd_kafka_err2name(code)}});
}

bool IsRetriable(const absl::Status& status) { return ReasonOf(status) == kUnavailable; }

bool NeedsNewClient(const absl::Status& status) { return ReasonOf(status) == kFatal; }

}  // namespace clusterwire::kafka
