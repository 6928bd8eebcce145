#include "absl/strings/str_cat.h"

#include "libs/base/time/date.h"
#include "libs/change/record.h"
#include "libs/resource/name.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/moves.h"
#include "services/catalogue/resources/partnering/partner_request_rules.h"

namespace clusterwire::catalogue {
namespace {

using v1::PartnerRequest;

void CheckClosing(PartnerRequest::Closing closing, FieldErrors& errors) {
  if (closing == PartnerRequest::CLOSING_FOUND || closing == PartnerRequest::CLOSING_WITHDRAWN) {
    return;
  }
  errors.Add("closing", "is required: CLOSING_FOUND or CLOSING_WITHDRAWN");
}

absl::Status CloseNow(const Context& context, PartnerRequest::Closing closing,
                      PartnerRequest* request) {
  if (request->state() == PartnerRequest::STATE_DRAFT) {
    return IllegalMove(*request, ": no notice of it went out, and DeletePartnerRequest removes it");
  }
  if (request->state() == PartnerRequest::STATE_CLOSED) {
    if (request->closing() == closing) return absl::OkStatus();
    return Error(absl::StatusCode::kFailedPrecondition, "ALREADY_CLOSED",
                 absl::StrCat(request->name(), " is closed already, as ",
                              PartnerRequest::Closing_Name(request->closing())),
                 {{"resource", request->name()}});
  }
  CloseRequest(closing, context.now, request);
  return absl::OkStatus();
}

}  // namespace

void CloseRequest(PartnerRequest::Closing closing, absl::Time when, PartnerRequest* request) {
  request->set_state(PartnerRequest::STATE_CLOSED);
  request->set_closing(closing);
  *request->mutable_close_time() = ToTimestamp(when);
}

absl::StatusOr<PartnerRequest> PartnerRequests::Publish(const WriteCall& call,
                                                        const std::string& name,
                                                        const std::string& etag) {
  return Modify(call, name, etag,
                change::KindText(change::v1::CHANGE_KIND_PARTNER_REQUEST_PUBLISHED),
                [](const Context&, PartnerRequest* request) -> absl::Status {
                  if (request->state() == PartnerRequest::STATE_CLOSED) {
                    return IllegalMove(*request, ": CreatePartnerRequest makes a new one");
                  }
                  request->set_state(PartnerRequest::STATE_OPEN);
                  return absl::OkStatus();
                });
}

absl::StatusOr<PartnerRequest> PartnerRequests::Close(const WriteCall& call,
                                                      const v1::ClosePartnerRequestRequest& asked) {
  return Modify(call, asked.name(), asked.etag(),
                change::KindText(change::v1::CHANGE_KIND_PARTNER_REQUEST_CLOSED),
                [&](const Context& context, PartnerRequest* request) -> absl::Status {
                  FieldErrors errors;
                  CheckClosing(asked.closing(), errors);
                  RETURN_IF_ERROR(errors.ToStatus());
                  if (request->name().empty()) return absl::OkStatus();
                  return CloseNow(context, asked.closing(), request);
                });
}

absl::Status StepPartnerRequest(store::Writer& writer, const std::string& name, absl::Time due) {
  ASSIGN_OR_RETURN(PartnerRequest request, writer.Get<PartnerRequest>(name));
  const auto last = ParseDate(request.deadline());
  const bool closes = request.state() == PartnerRequest::STATE_OPEN && last.ok() &&
                      due >= EndOf(*last, kDefaultZone) && !store::IsDeleted(request);
  if (!closes) return absl::OkStatus();
  CloseRequest(PartnerRequest::CLOSING_DEADLINE, due, &request);
  return writer.Put(request, change::KindText(change::v1::CHANGE_KIND_PARTNER_REQUEST_CLOSED));
}

}  // namespace clusterwire::catalogue
