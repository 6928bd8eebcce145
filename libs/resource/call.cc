#include "libs/resource/call.h"

#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/base/status/status_macros.h"
#include "libs/resource/id.h"

namespace clusterwire::resource {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor* FindField(const Message& request, const char* name,
                                 FieldDescriptor::CppType type) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName(name);
  return field != nullptr && !field->is_repeated() && field->cpp_type() == type ? field : nullptr;
}

const FieldDescriptor* RequestIdOf(const Message& request) {
  return FindField(request, "request_id", FieldDescriptor::CPPTYPE_STRING);
}

}  // namespace

absl::StatusOr<store::Call> MakeCall(const Origin& origin, const Message& request) {
  store::Call call;
  call.caller = origin.subject;
  call.trace = origin.traceparent;
  call.method = origin.method;
  if (const FieldDescriptor* field = RequestIdOf(request)) {
    call.request_id = request.GetReflection()->GetString(request, field);
    FieldErrors errors;
    CheckText(errors, "request_id", call.request_id, 0, kMaxRequestIdLength);
    RETURN_IF_ERROR(errors.ToStatus());
  }
  if (const auto* field = FindField(request, "validate_only", FieldDescriptor::CPPTYPE_BOOL)) {
    call.rehearse = request.GetReflection()->GetBool(request, field);
  }
  if (!call.request_id.empty()) call.digest = DigestOf(request);
  return call;
}

std::string DigestOf(const Message& request) {
  std::unique_ptr<Message> content(request.New());
  content->CopyFrom(request);
  if (const FieldDescriptor* field = RequestIdOf(*content)) {
    content->GetReflection()->ClearField(content.get(), field);
  }
  // The type is part of it: two methods may take requests of equal bytes.
  return absl::BytesToHexString(Sha256(absl::StrCat(request.GetDescriptor()->full_name(), "\n",
                                                    store::SerializeDeterministic(*content))));
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
