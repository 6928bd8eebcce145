#include "libs/rpc/call/status.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/telemetry/log.h"
#include "libs/telemetry/trace.h"

namespace clusterwire::rpc {
namespace {

constexpr size_t kMaxMessage = 1000;
constexpr size_t kMaxDetails = 3500;
constexpr absl::string_view kDatabaseReasons = "DATABASE_";

std::string Cut(absl::string_view text) {
  if (text.size() <= kMaxMessage) return std::string(text);
  constexpr std::string_view kDots = "…";
  return std::string(CutUtf8(ToStd(text), kMaxMessage - kDots.size())).append(kDots);
}

template <typename Detail>
std::string TypeUrl() {
  return absl::StrCat("type.googleapis.com/", Detail::descriptor()->full_name());
}

void AddDetail(google::rpc::Status& proto, absl::string_view type_url, std::string value) {
  google::protobuf::Any* detail = proto.add_details();
  detail->set_type_url(std::string(type_url));
  detail->set_value(std::move(value));
}

// Keeps as many violations as fit, from the first, and says how many there were beyond.
void ShortenBadRequest(google::rpc::Status& proto, google::protobuf::Any& detail) {
  constexpr size_t kPerViolation = 8;  // tags and lengths
  constexpr size_t kForTheNote = 40;
  const size_t others = proto.ByteSizeLong() - detail.value().size() + kForTheNote;
  google::rpc::BadRequest all;
  google::rpc::BadRequest kept;
  all.ParseFromString(detail.value());
  size_t size = others;
  for (const auto& violation : all.field_violations()) {
    size += violation.ByteSizeLong() + kPerViolation;
    if (size > kMaxDetails) break;
    *kept.add_field_violations() = violation;
  }
  const int dropped = all.field_violations_size() - kept.field_violations_size();
  kept.add_field_violations()->set_description(absl::StrCat("and ", dropped, " more"));
  detail.set_value(kept.SerializeAsString());
}

// The details in order of worth: those at the end are the first to go.
void Shorten(google::rpc::Status& proto) {
  for (auto& detail : *proto.mutable_details()) {
    if (proto.ByteSizeLong() <= kMaxDetails) return;
    if (detail.type_url() == TypeUrl<google::rpc::BadRequest>()) ShortenBadRequest(proto, detail);
  }
  while (proto.ByteSizeLong() > kMaxDetails && proto.details_size() > 0) {
    proto.mutable_details()->RemoveLast();
  }
}

google::rpc::Status ToProto(const absl::Status& status) {
  google::rpc::Status proto;
  proto.set_code(static_cast<int>(status.code()));
  proto.set_message(Cut(status.message()));
  google::rpc::ErrorInfo info = ErrorInfoOf(status);
  if (info.reason().empty()) {
    info.set_reason(absl::StatusCodeToString(status.code()));
    info.set_domain("clusterwire");
  }
  const std::string info_url = TypeUrl<google::rpc::ErrorInfo>();
  AddDetail(proto, info_url, info.SerializeAsString());
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    if (type_url != info_url) AddDetail(proto, type_url, std::string(payload));
  });
  Shorten(proto);
  return proto;
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status proto = ToProto(status);
  return {static_cast<grpc::StatusCode>(status.code()), proto.message(), proto.SerializeAsString()};
}

absl::Status ToAbslStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status proto;
  if (!proto.ParseFromString(status.error_details())) return result;
  for (const auto& detail : proto.details()) {
    result.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return result;
}

absl::Status ForClient(const absl::Status& status) {
  if (absl::StartsWith(ReasonOf(status), kDatabaseReasons)) {
    telemetry::LogWarning("the database refuses", {{"status", status}});
    absl::Status seen = Error(status.code(), ReasonOf(status),
                              absl::IsResourceExhausted(status)
                                  ? "the database has no room just now; try again later"
                                  : "the database doesn't answer just now; try again");
    if (const auto delay = status.GetPayload(TypeUrl<google::rpc::RetryInfo>())) {
      seen.SetPayload(TypeUrl<google::rpc::RetryInfo>(), *delay);
    }
    return seen;
  }
  const bool fault = status.code() == absl::StatusCode::kInternal ||
                     status.code() == absl::StatusCode::kUnknown ||
                     status.code() == absl::StatusCode::kDataLoss;
  if (!fault || !ReasonOf(status).empty()) return status;
  telemetry::LogError("fault in a call", {{"status", status}});
  const std::string trace = telemetry::CurrentTrace().trace_id;
  return Error(status.code(), absl::StatusCodeToString(status.code()),
               absl::StrCat("the service failed at this; its operators find the cause in the log "
                            "under trace ",
                            trace.empty() ? "(none)" : trace));
}

}  // namespace clusterwire::rpc
