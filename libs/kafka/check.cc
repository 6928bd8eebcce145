#include "libs/kafka/check.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

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

}  // namespace clusterwire::kafka
