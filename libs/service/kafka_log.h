#pragma once

#include <string_view>

#include "libs/kafka/client.h"

namespace clusterwire::service {

// Puts what librdkafka says into the service's log, at its own level.
void LogKafka(kafka::LogLevel level, std::string_view facility, std::string_view text);

}  // namespace clusterwire::service
