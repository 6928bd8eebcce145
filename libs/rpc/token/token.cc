#include "libs/rpc/token/token.h"

#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::rpc {
namespace {

// A token is base64url(version, MAC, content).
constexpr char kVersion = 1;
constexpr size_t kMacBytes = 16;  // of SHA-256's 32: plenty against forgery, and tokens stay short
constexpr size_t kLeastKeyBytes = 16;
constexpr size_t kMaxTokenBytes = 8 << 10;

absl::Status Invalid() {
  return Error(absl::StatusCode::kInvalidArgument, "TOKEN_INVALID",
               "the token was not made by this service, or was altered; use one from a response "
               "as it is, or start again without one");
}

}  // namespace

TokenSigner::TokenSigner(std::string key) : key_(std::move(key)) {
  if (key_.size() < kLeastKeyBytes) std::abort();
}

std::string TokenSigner::Mac(std::string_view purpose, std::string_view content) const {
  // The NUL ends the purpose, so that no other purpose and content give the same text.
  return HmacSha256(key_,
                    absl::StrCat(ToAbsl(purpose), absl::string_view("\0", 1), ToAbsl(content)))
      .substr(0, kMacBytes);
}

std::string TokenSigner::Sign(std::string_view purpose, std::string_view content) const {
  return absl::WebSafeBase64Escape(
      absl::StrCat(absl::string_view(&kVersion, 1), Mac(purpose, content), ToAbsl(content)));
}

absl::StatusOr<std::string> TokenSigner::Open(std::string_view purpose,
                                              std::string_view token) const {
  std::string bytes;
  if (token.size() > kMaxTokenBytes || !absl::WebSafeBase64Unescape(ToAbsl(token), &bytes) ||
      bytes.size() < 1 + kMacBytes || bytes[0] != kVersion) {
    return Invalid();
  }
  const std::string content = bytes.substr(1 + kMacBytes);
  if (!SameBytes(Mac(purpose, content), bytes.substr(1, kMacBytes))) return Invalid();
  return content;
}

}  // namespace clusterwire::rpc
