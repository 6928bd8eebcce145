#include "libs/resource/call.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/resource/name.h"

namespace clusterwire::resource {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor* FindField(const Message& request, const char* name,
                                 FieldDescriptor::CppType type) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName(name);
  return field != nullptr && !field->is_repeated() && field->cpp_type() == type ? field : nullptr;
}

}  // namespace

absl::StatusOr<store::WriteOptions> MakeCall(const Origin& origin, const Message& request) {
  store::WriteOptions call;
  call.caller = origin.subject;
  call.trace = origin.traceparent;
  call.method = origin.method;
  if (const auto* field = FindField(request, "request_id", FieldDescriptor::CPPTYPE_STRING)) {
    call.request_id = request.GetReflection()->GetString(request, field);
    FieldErrors errors;
    CheckText(errors, "request_id", call.request_id, 0, kMaxRequestIdLength);
    RETURN_IF_ERROR(errors.ToStatus());
  }
  if (const auto* field = FindField(request, "validate_only", FieldDescriptor::CPPTYPE_BOOL)) {
    call.validate_only = request.GetReflection()->GetBool(request, field);
  }
  if (!call.request_id.empty()) {
    // The same for a retry, another for a reused id.
    call.digest = absl::BytesToHexString(DigestOf(request, {"request_id"}));
  }
  return call;
}

absl::Status CheckEtag(const Message& current, std::string_view etag) {
  const std::string now = store::EtagOf(current);
  if (etag.empty() || etag == now) return absl::OkStatus();
  const std::string name = store::NameOf(current);
  return Error(absl::StatusCode::kAborted, "ETAG_MISMATCH",
               absl::StrCat(name, " was changed since it was read: its etag is now \"", now,
                            "\"; read it again and repeat the change on what it has become"),
               {{"resource", name}, {"etag", now}});
}

}  // namespace clusterwire::resource
