#include "libs/rpc/token/token.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include <google/protobuf/descriptor.h>

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A token is base64url(version, sealed content).
constexpr char kVersion = 2;
constexpr char kBegin[] = ".";  // of the content, which may be empty
constexpr size_t kLeastKeyBytes = 16;
constexpr size_t kMaxTokenBytes = 8 << 10;

absl::Status Invalid() {
  return Error(absl::StatusCode::kInvalidArgument, "TOKEN_INVALID",
               "the token was not made by this service, or was altered; use one from a response "
               "as it is, or start again without one");
}

constexpr char kPagePurpose[] = "page";
constexpr size_t kDigestBytes = 16;

// A request without the field is a mistake in our own code, not the caller's.
const FieldDescriptor& FieldOf(const Message& request, const char* name) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr) std::abort();
  return *field;
}

std::string QueryDigest(const Message& request) {
  return DigestOf(request, {"page_size", "page_token"}).substr(0, kDigestBytes);
}

}  // namespace

TokenSealer::TokenSealer(std::string key)
    : key_(absl::StrCat(HmacSha256(key, "token 1"), HmacSha256(key, "token 2"))) {
  if (key.size() < kLeastKeyBytes) std::abort();
}

std::string TokenSealer::Seal(std::string_view purpose, std::string_view content) const {
  return absl::WebSafeBase64Escape(
      absl::StrCat(absl::string_view(&kVersion, 1),
                   clusterwire::Seal(key_, purpose, absl::StrCat(kBegin, ToAbsl(content)))));
}

absl::StatusOr<std::string> TokenSealer::Open(std::string_view purpose,
                                              std::string_view token) const {
  std::string bytes;
  if (token.size() > kMaxTokenBytes || !absl::WebSafeBase64Unescape(ToAbsl(token), &bytes) ||
      bytes.empty() || bytes[0] != kVersion) {
    return Invalid();
  }
  std::optional<std::string> content = Unseal(key_, purpose, std::string_view(bytes).substr(1));
  if (!content) return Invalid();
  return content->substr(1);
}

absl::StatusOr<Page> ReadPage(const TokenSealer& sealer, const Message& request,
                              const PageLimits& limits) {
  const auto& reflection = *request.GetReflection();
  const int size = reflection.GetInt32(request, &FieldOf(request, "page_size"));
  const std::string token = reflection.GetString(request, &FieldOf(request, "page_token"));
  if (size < 0) {
    FieldErrors errors;
    errors.Add("page_size", absl::StrCat("is ", size, "; give 1 to ", limits.max_size,
                                         ", or 0 for ", limits.default_size));
    if (!token.empty() && !sealer.Open(kPagePurpose, token).ok()) {
      errors.Add("page_token", "was not made by this service, or was altered");
    }
    return errors.ToStatus();
  }
  Page page{.size = size == 0 ? limits.default_size : std::min(size, limits.max_size)};
  if (token.empty()) return page;
  const absl::StatusOr<std::string> content = sealer.Open(kPagePurpose, token);
  if (!content.ok() || !page.after.ParseFromString(*content)) {
    return Error(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID",
                 "page_token was not made by this service, or was altered; give next_page_token "
                 "of the last response as it is, or start again without one");
  }
  if (page.after.query() != QueryDigest(request)) {
    return Error(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH",
                 "page_token belongs to another query; keep all fields but page_size as they were "
                 "on the first page, or start again without a token");
  }
  return page;
}

std::string NextPageToken(const TokenSealer& sealer, const Message& request,
                          PagePosition position) {
  position.set_query(QueryDigest(request));
  return sealer.Seal(kPagePurpose, position.SerializeAsString());
}

}  // namespace clusterwire::rpc
