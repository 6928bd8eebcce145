#include "libs/rpc/token/page_token.h"

#include <algorithm>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include <google/protobuf/descriptor.h>

#include "libs/base/message_digest.h"
#include "libs/base/status/error.h"

namespace clusterwire::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr char kPurpose[] = "page";
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

absl::StatusOr<Page> ReadPage(const TokenSigner& signer, const Message& request,
                              const PageLimits& limits) {
  const auto& reflection = *request.GetReflection();
  const int size = reflection.GetInt32(request, &FieldOf(request, "page_size"));
  if (size < 0) {
    return FieldError("page_size", absl::StrCat("is ", size, "; give 1 to ", limits.max_size,
                                                ", or 0 for ", limits.default_size));
  }
  Page page{.size = size == 0 ? limits.default_size : std::min(size, limits.max_size)};
  const std::string token = reflection.GetString(request, &FieldOf(request, "page_token"));
  if (token.empty()) return page;
  const absl::StatusOr<std::string> content = signer.Open(kPurpose, token);
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

std::string NextPageToken(const TokenSigner& signer, const Message& request,
                          PagePosition position) {
  position.set_query(QueryDigest(request));
  return signer.Sign(kPurpose, position.SerializeAsString());
}

}  // namespace clusterwire::rpc
