#include "libs/service/kafka_log.h"

#include "libs/telemetry/log.h"

namespace clusterwire::service {

void LogKafka(kafka::LogLevel level, std::string_view facility, std::string_view text) {
  switch (level) {
    case kafka::LogLevel::kError:
      return telemetry::LogError("kafka", {{"facility", facility}, {"text", text}});
    case kafka::LogLevel::kWarning:
      return telemetry::LogWarning("kafka", {{"facility", facility}, {"text", text}});
    case kafka::LogLevel::kInfo:
      return telemetry::LogInfo("kafka", {{"facility", facility}, {"text", text}});
    case kafka::LogLevel::kDebug:
      return telemetry::LogDebug("kafka", {{"facility", facility}, {"text", text}});
  }
}

}  // namespace clusterwire::service
