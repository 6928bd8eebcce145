#pragma once

#include <string>

#include "libs/kafka/message.h"

namespace clusterwire::notification {

// Tells a message from any other that might stand at its offset after a topic was made anew: over
// key, value, headers and time, as they came.
std::string DigestOf(const kafka::ReceivedMessage& message);

}  // namespace clusterwire::notification
