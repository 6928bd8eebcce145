#include "libs/base/status/error.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"

namespace clusterwire {
namespace {

template <typename Detail>
std::string TypeUrl() {
  return absl::StrCat("type.googleapis.com/", Detail::descriptor()->full_name());
}

template <typename Detail>
void Attach(absl::Status& status, const Detail& detail) {
  status.SetPayload(TypeUrl<Detail>(), absl::Cord(detail.SerializeAsString()));
}

template <typename Detail>
Detail DetailOf(const absl::Status& status) {
  Detail detail;
  if (const auto payload = status.GetPayload(TypeUrl<Detail>())) {
    detail.ParseFromString(std::string(*payload));
  }
  return detail;
}

}  // namespace

absl::Status Error(absl::StatusCode code, std::string_view reason, std::string_view message,
                   std::map<std::string, std::string> metadata) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain("clusterwire");
  for (const auto& [key, value] : metadata) (*info.mutable_metadata())[key] = value;
  absl::Status status(code, ToAbsl(message));
  Attach(status, info);
  return status;
}

absl::Status NotFoundError(std::string_view name) {
  return Error(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND",
               absl::StrCat(ToAbsl(name), " does not exist"), {{"resource", std::string(name)}});
}

absl::Status WithRetryDelay(absl::Status status, absl::Duration delay) {
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(delay));
  retry.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(delay % absl::Seconds(1))));
  Attach(status, retry);
  return status;
}

void FieldErrors::Add(std::string_view path, std::string_view description) {
  auto* violation = bad_request_.add_field_violations();
  violation->set_field(std::string(path));
  violation->set_description(std::string(description));
}

void FieldErrors::AddAll(std::string_view prefix, const absl::Status& status) {
  if (status.ok()) return;
  const google::rpc::BadRequest inner = BadRequestOf(status);
  if (inner.field_violations().empty()) return Add(prefix, ToStd(status.message()));
  for (const auto& violation : inner.field_violations()) {
    if (prefix.empty() || violation.field().empty()) {
      Add(absl::StrCat(ToAbsl(prefix), violation.field()), violation.description());
    } else {
      Add(absl::StrCat(ToAbsl(prefix), ".", violation.field()), violation.description());
    }
  }
}

absl::Status FieldErrors::AddFrom(const absl::Status& status) {
  if (status.ok() || BadRequestOf(status).field_violations().empty()) return status;
  AddAll("", status);
  return absl::OkStatus();
}

absl::Status FieldErrors::ToStatus() const {
  if (empty()) return absl::OkStatus();
  std::string text;
  for (const auto& violation : bad_request_.field_violations()) {
    absl::StrAppend(&text, text.empty() ? "" : "; ", violation.field(), ": ",
                    violation.description());
  }
  absl::Status status = Error(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS", text);
  Attach(status, bad_request_);
  return status;
}

absl::Status FieldError(std::string_view path, std::string_view description) {
  FieldErrors errors;
  errors.Add(path, description);
  return errors.ToStatus();
}

google::rpc::ErrorInfo ErrorInfoOf(const absl::Status& status) {
  return DetailOf<google::rpc::ErrorInfo>(status);
}

google::rpc::BadRequest BadRequestOf(const absl::Status& status) {
  return DetailOf<google::rpc::BadRequest>(status);
}

std::string ReasonOf(const absl::Status& status) { return ErrorInfoOf(status).reason(); }

}  // namespace clusterwire
