#include <memory>
#include <string>
#include <utility>

#include "clusterwire/notification/v1/mail.grpc.pb.h"

#include "libs/api/run.h"
#include "libs/api/standard.h"
#include "libs/base/status/error.h"
#include "libs/mail/header.h"
#include "libs/rpc/call/run_unary.h"
#include "services/notification/channels/email/mailboxes.h"
#include "services/notification/ledger/addresses/suppressions.h"
#include "services/notification/ledger/deliveries/deliveries.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/resources/subscribers/access.h"
#include "services/notification/resources/subscribers/interests.h"
#include "services/notification/services.h"

namespace clusterwire::notification {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;
constexpr size_t kDiagnosticBytes = 500;

absl::Status CheckReport(const filter::Viewer& caller, const v1::ReportBounceRequest& request) {
  FieldErrors errors;
  if (request.recipient().empty() == request.delivery().empty()) {
    errors.Add("recipient", "either this or delivery is required: whose mail it was");
  }
  if (request.recipient().size() > BounceAddress::kMaxRecipient) {
    errors.Add("recipient", "is longer than 320 bytes");
  }
  if (request.kind() == v1::ReportBounceRequest::KIND_UNSPECIFIED ||
      !v1::ReportBounceRequest::Kind_IsValid(request.kind())) {
    errors.Add("kind", "is required: KIND_HARD, KIND_SOFT or KIND_COMPLAINT");
  }
  RETURN_IF_ERROR(errors.ToStatus());
  return request.delivery().empty() ? absl::OkStatus() : CheckOperator(caller);
}

class MailHandler final : public v1::MailService::CallbackService {
 public:
  MailHandler(const Api& api, const Handles& handles) : api_(api), handles_(handles) {}

  ServerUnaryReactor* ReportBounce(CallbackServerContext* context,
                                   const v1::ReportBounceRequest* request,
                                   v1::ReportBounceResponse* response) override {
    return rpc::RunUnary(
        api_.writes, context, response,
        [this, request](const rpc::CallContext& call) -> absl::StatusOr<v1::ReportBounceResponse> {
          RETURN_IF_ERROR(CheckReport(api::ViewerOf(call.caller), *request));
          ASSIGN_OR_RETURN(const std::string key, MailboxOf(*request));
          const std::string detail = mail::Masked(request->diagnostic(), "", kDiagnosticBytes);
          ASSIGN_OR_RETURN(
              const bool suppressed, handles_.ledger->Write([&](sql::Connection& connection) {
                return Suppressions(connection)
                    .Add(key, request->kind(), detail, handles_.mailboxes->clock.Now());
              }));
          v1::ReportBounceResponse answer;
          answer.set_suppressed(suppressed);
          return answer;
        });
  }

  ServerUnaryReactor* ListSuppressions(CallbackServerContext* context,
                                       const v1::ListSuppressionsRequest* request,
                                       v1::ListSuppressionsResponse* response) override {
    return rpc::RunUnary(
        api_.reads, context, response,
        [this,
         request](const rpc::CallContext& call) -> absl::StatusOr<v1::ListSuppressionsResponse> {
          RETURN_IF_ERROR(CheckOperator(api::ViewerOf(call.caller)));
          ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(*api_.tokens, *request, {}));
          ASSIGN_OR_RETURN(auto found, handles_.ledger->Read([&](sql::Connection& connection) {
            return Suppressions(connection).List(page.after.name(), page.size + 1);
          }));
          const auto behind = [](const v1::Suppression& last) {
            rpc::PagePosition position;
            position.set_name(last.name());
            return position;
          };
          v1::ListSuppressionsResponse answer;
          answer.set_next_page_token(api::FillPage(*api_.tokens, *request, page, std::move(found),
                                                   behind, answer.mutable_suppressions()));
          return answer;
        });
  }

  ServerUnaryReactor* DeleteSuppression(CallbackServerContext* context,
                                        const v1::DeleteSuppressionRequest* request,
                                        v1::DeleteSuppressionResponse* response) override {
    return rpc::RunUnary(
        api_.writes, context, response,
        [this,
         request](const rpc::CallContext& call) -> absl::StatusOr<v1::DeleteSuppressionResponse> {
          RETURN_IF_ERROR(CheckOperator(api::ViewerOf(call.caller)));
          if (AddressKeyOf(request->name()).empty()) {
            return FieldError("name",
                              "must be \"suppressions/\" and 32 hexadecimal digits, as "
                              "ListSuppressions names them");
          }
          RETURN_IF_ERROR(handles_.ledger->Write([&](sql::Connection& connection) {
            return Suppressions(connection).Remove(request->name());
          }));
          return v1::DeleteSuppressionResponse();
        });
  }

 private:
  // The address key of the mailbox that the report is about.
  absl::StatusOr<std::string> MailboxOf(const v1::ReportBounceRequest& request) const {
    if (!request.recipient().empty()) {
      const auto key =
          handles_.mailboxes->bounces.Read(request.recipient(), handles_.mailboxes->clock.Now());
      if (key) return *key;
      return FieldError("recipient",
                        "is no address that a mail of the last 30 days from here came from: send "
                        "the address to which it came back, as it is");
    }
    ASSIGN_OR_RETURN(const v1::Delivery delivery,
                     handles_.ledger->Read([&](sql::Connection& connection) {
                       return Deliveries(connection).Get(request.delivery());
                     }));
    const auto endpoint = handles_.interests->FindEndpoint(delivery.endpoint());
    if (endpoint == nullptr) return NotFoundError(delivery.endpoint());
    if (endpoint->has_email()) return handles_.mailboxes->key.Of(endpoint->email().address());
    return Error(absl::StatusCode::kFailedPrecondition, "NOT_A_MAIL",
                 absl::StrCat(request.delivery(), " goes to ", delivery.endpoint(),
                              ", which is no mailbox"));
  }

  const Api api_;
  const Handles& handles_;
};

}  // namespace

rpc::Service MakeMailService(const Api& api, const Handles& handles) {
  return rpc::ServiceOf<v1::MailService>(std::make_unique<MailHandler>(api, handles));
}

}  // namespace clusterwire::notification
