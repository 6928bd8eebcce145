#include "libs/kafka/check.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/kafka/handles.h"

namespace clusterwire::kafka {
namespace {

constexpr size_t kLongestTopic = 249;

bool MayBeSecret(std::string_view property) {
  return std::ranges::any_of(
      std::initializer_list<const char*>{"password", "secret", "key", "pem", "jaas", "oauthbearer"},
      [&](const char* word) { return absl::StrContains(ToAbsl(property), word); });
}

}  // namespace

absl::Status CheckTopicName(std::string_view name) {
  const bool letters = std::ranges::all_of(name, [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
  });
  if (letters && !name.empty() && name.size() <= kLongestTopic && name != "." && name != "..") {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "'", ToAbsl(name.substr(0, kLongestTopic)),
      "' can't be a topic's name; give 1 to 249 letters of ASCII, digits, '.', '_' and "
      "'-', as in clusterwire.changes.v1"));
}

absl::Status CheckProperties(std::string_view path, const Config& properties) {
  FieldErrors errors;
  const ConfHandle conf(rd_kafka_conf_new());
  for (const auto& [key, value] : properties) {
    char text[512];
    const rd_kafka_conf_res_t result =
        rd_kafka_conf_set(conf.get(), key.c_str(), value.c_str(), text, sizeof text);
    if (result == RD_KAFKA_CONF_OK) continue;
    const bool quoted = result == RD_KAFKA_CONF_UNKNOWN || !MayBeSecret(key);
    errors.Add(absl::StrCat(ToAbsl(path), "[", key, "]"),
               quoted ? text : "has a value that librdkafka doesn't take");
  }
  return errors.ToStatus();
}

absl::Status CheckBrokers(std::string_view brokers) {
  constexpr int kMostPort = 65'535;
  for (const absl::string_view part : absl::StrSplit(ToAbsl(brokers), ',')) {
    std::string_view broker = ToStd(absl::StripAsciiWhitespace(part));
    if (const size_t scheme = broker.find("://"); scheme != broker.npos) {
      broker.remove_prefix(scheme + 3);
    }
    const size_t colon =
        broker.find(']') == broker.npos ? broker.rfind(':') : broker.find(':', broker.find(']'));
    const std::string_view host = broker.substr(0, colon);
    int port = 1;  // Kafka's own, where none is given
    const bool numbered =
        colon == broker.npos || absl::SimpleAtoi(ToAbsl(broker.substr(colon + 1)), &port);
    const bool printable = std::ranges::all_of(
        host, [](char c) { return absl::ascii_isgraph(static_cast<unsigned char>(c)); });
    if (numbered && printable && !host.empty() && port >= 1 && port <= kMostPort) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("'", part, "' is no broker; write host:port, several by commas"));
  }
  return absl::OkStatus();
}

absl::Status CheckTogether(std::string_view path, const Config& properties) {
  ConfHandle conf(rd_kafka_conf_new());
  char text[512];
  for (const auto& [key, value] : properties) {
    if (key == "bootstrap.servers" || key == "metadata.broker.list") continue;
    (void)rd_kafka_conf_set(conf.get(), key.c_str(), value.c_str(), text, sizeof text);
  }
  // As a producer of ours is, which can't do without.
  (void)rd_kafka_conf_set(conf.get(), "enable.idempotence", "true", text, sizeof text);
  rd_kafka_conf_set_log_cb(conf.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
  rd_kafka_t* const client = rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), text, sizeof text);
  if (client == nullptr) return FieldError(path, text);
  (void)conf.release();  // the client's
  rd_kafka_destroy(client);
  return absl::OkStatus();
}

}  // namespace clusterwire::kafka
