#include "services/notification/ingest/digest.h"

#include <string_view>

#include "libs/base/crypto.h"

namespace clusterwire::notification {
namespace {

void Add(int64_t number, std::string& bytes) {
  for (size_t i = 0; i < sizeof number; ++i) {
    bytes += static_cast<char>(static_cast<uint64_t>(number) >> (8 * i));
  }
}

// With its length, so that no two lists of texts give the same bytes.
void Add(std::string_view text, std::string& bytes) {
  Add(static_cast<int64_t>(text.size()), bytes);
  bytes += text;
}

}  // namespace

std::string DigestOf(const kafka::ReceivedMessage& message) {
  std::string bytes;
  Add(message.key, bytes);
  Add(message.value, bytes);
  Add(absl::ToUnixMillis(message.time), bytes);
  for (const kafka::Header& header : message.headers) {
    Add(header.name, bytes);
    Add(header.value, bytes);
  }
  return Sha256(bytes);
}

}  // namespace clusterwire::notification
