#include "libs/rpc/token/page_token.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

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
  const std::unique_ptr<Message> query(request.New());
  query->CopyFrom(request);
  query->GetReflection()->ClearField(query.get(), &FieldOf(request, "page_size"));
  query->GetReflection()->ClearField(query.get(), &FieldOf(request, "page_token"));
  std::string bytes = absl::StrCat(request.GetDescriptor()->full_name(), "\n");
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    query->SerializeToCodedStream(&coded);
  }
  return Sha256(bytes).substr(0, kDigestBytes);
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
  Page page{.size = size == 0 ? limits.default_size : std::min(size, limits.max_size), .after = ""};
  const std::string token = reflection.GetString(request, &FieldOf(request, "page_token"));
  if (token.empty()) return page;
  const absl::StatusOr<std::string> content = signer.Open(kPurpose, token);
  if (!content.ok() || content->size() <= kDigestBytes) {
    return Error(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID",
                 "page_token was not made by this service, or was altered; give next_page_token "
                 "of the last response as it is, or start again without one");
  }
  if (content->substr(0, kDigestBytes) != QueryDigest(request)) {
    return Error(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH",
                 "page_token belongs to another query; keep all fields but page_size as they were "
                 "on the first page, or start again without a token");
  }
  page.after = content->substr(kDigestBytes);
  return page;
}

std::string NextPageToken(const TokenSigner& signer, const Message& request,
                          std::string_view position) {
  return signer.Sign(kPurpose, absl::StrCat(QueryDigest(request), ToAbsl(position)));
}

}  // namespace clusterwire::rpc
