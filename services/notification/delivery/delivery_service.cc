#include <memory>
#include <utility>

#include "clusterwire/notification/v1/delivery.grpc.pb.h"

#include "libs/api/run.h"
#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "libs/resource/page.h"
#include "libs/rpc/call/run_unary.h"
#include "services/notification/delivery/dispatcher.h"
#include "services/notification/delivery/operating/many.h"
#include "services/notification/delivery/operating/shown_to.h"
#include "services/notification/ledger/balance.h"
#include "services/notification/ledger/deliveries/deliveries.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/ledger/records/dead_letters.h"
#include "services/notification/ledger/records/seen_by.h"
#include "services/notification/page_key.h"
#include "services/notification/resources/subscribers/interests.h"
#include "services/notification/resources/subscribers/subscriber_rules.h"
#include "services/notification/services.h"

namespace clusterwire::notification {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

constexpr std::string_view kDeliveryPrefix = "deliveries/";

// OK for what may be a delivery's name.
absl::Status CheckDeliveryName(std::string_view path, std::string_view name) {
  constexpr size_t kDigits = 32;
  const bool prefixed = name.substr(0, kDeliveryPrefix.size()) == kDeliveryPrefix;
  const std::string_view digits = prefixed ? name.substr(kDeliveryPrefix.size()) : "";
  if (digits.size() == kDigits &&
      digits.find_first_not_of("0123456789abcdef") == std::string_view::npos) {
    return absl::OkStatus();
  }
  return FieldError(path, name.empty() ? "is required: \"deliveries/\" and 32 hexadecimal digits"
                                       : "must be \"deliveries/\" and 32 hexadecimal digits, as"
                                         " ListDeliveries names them");
}

constexpr auto kBehind = [](const auto& item) { return PositionOf(PageKeyOf(item)); };

class DeliveryHandler final : public v1::DeliveryService::CallbackService {
 public:
  DeliveryHandler(const Api& api, const Handles& handles) : api_(api), handles_(handles) {}

  ServerUnaryReactor* GetDelivery(CallbackServerContext* context,
                                  const v1::GetDeliveryRequest* request,
                                  v1::Delivery* response) override {
    return rpc::RunUnary(
        api_.reads, context, response,
        [this, request](const rpc::CallContext& call) -> absl::StatusOr<v1::Delivery> {
          ASSIGN_OR_RETURN(v1::Delivery found, Find(call, "name", request->name()));
          handles_.dispatcher->Describe(&found);
          return found;
        });
  }

  ServerUnaryReactor* ListDeliveries(CallbackServerContext* context,
                                     const v1::ListDeliveriesRequest* request,
                                     v1::ListDeliveriesResponse* response) override {
    return rpc::RunUnary(
        api_.reads, context, response,
        [this, request](const rpc::CallContext& call) { return List(call, *request); });
  }

  ServerUnaryReactor* ListAttempts(CallbackServerContext* context,
                                   const v1::ListAttemptsRequest* request,
                                   v1::ListAttemptsResponse* response) override {
    return rpc::RunUnary(
        api_.reads, context, response,
        [this, request](const rpc::CallContext& call) -> absl::StatusOr<v1::ListAttemptsResponse> {
          RETURN_IF_ERROR(Find(call, "parent", request->parent()).status());
          ASSIGN_OR_RETURN(const auto attempts,
                           handles_.ledger->Read([&](sql::Connection& connection) {
                             return Deliveries(connection).Attempts(request->parent());
                           }));
          v1::ListAttemptsResponse answer;
          answer.mutable_attempts()->Assign(attempts.begin(), attempts.end());
          return answer;
        });
  }

  ServerUnaryReactor* RedriveDelivery(CallbackServerContext* context,
                                      const v1::RedriveDeliveryRequest* request,
                                      v1::Delivery* response) override {
    return rpc::RunUnary(
        api_.writes, context, response,
        [this, request](const rpc::CallContext& call) -> absl::StatusOr<v1::Delivery> {
          RETURN_IF_ERROR(Find(call, "name", request->name()).status());
          RETURN_IF_ERROR(handles_.dispatcher->Redrive(request->name()));
          ASSIGN_OR_RETURN(v1::Delivery delivery, Find(call, "name", request->name()));
          handles_.dispatcher->Describe(&delivery);
          return delivery;
        });
  }

  ServerUnaryReactor* RetryDelivery(CallbackServerContext* context,
                                    const v1::RetryDeliveryRequest* request,
                                    v1::Delivery* response) override {
    return rpc::RunUnary(
        api_.writes, context, response,
        [this, request](const rpc::CallContext& call) -> absl::StatusOr<v1::Delivery> {
          RETURN_IF_ERROR(Find(call, "name", request->name()).status());
          ASSIGN_OR_RETURN(const std::optional<Wait> held,
                           handles_.dispatcher->Retry(request->name()));
          ASSIGN_OR_RETURN(v1::Delivery delivery, Find(call, "name", request->name()));
          handles_.dispatcher->Describe(&delivery);
          if (held && delivery.state() == v1::Delivery::STATE_PENDING) {
            delivery.set_reason(held->reason);
            delivery.clear_next_attempt_time();
            const bool known =
                held->until > handles_.clock->Now() && held->until < absl::InfiniteFuture();
            if (known) *delivery.mutable_next_attempt_time() = ToTimestamp(held->until);
          }
          return delivery;
        });
  }

  ServerUnaryReactor* CountDeliveries(CallbackServerContext* context,
                                      const v1::CountDeliveriesRequest* request,
                                      v1::CountDeliveriesResponse* response) override {
    return rpc::RunUnary(
        api_.reads, context, response, [this, request](const rpc::CallContext& call) {
          return notification::CountDeliveries(api::ViewerOf(call.caller), handles_, *request);
        });
  }

  ServerUnaryReactor* RedriveDeliveries(CallbackServerContext* context,
                                        const v1::RedriveDeliveriesRequest* request,
                                        v1::RedriveDeliveriesResponse* response) override {
    return rpc::RunUnary(
        api_.writes, context, response, [this, request](const rpc::CallContext& call) {
          return notification::RedriveDeliveries(api::ViewerOf(call.caller), handles_, *request);
        });
  }

  ServerUnaryReactor* ReplaySubscription(CallbackServerContext* context,
                                         const v1::ReplaySubscriptionRequest* request,
                                         v1::ReplaySubscriptionResponse* response) override {
    return rpc::RunUnary(
        api_.writes, context, response, [this, request](const rpc::CallContext& call) {
          return notification::ReplaySubscription(api::ViewerOf(call.caller), handles_, *request);
        });
  }

  ServerUnaryReactor* RedriveDeadLetters(CallbackServerContext* context,
                                         const v1::RedriveDeadLettersRequest* request,
                                         v1::RedriveDeadLettersResponse* response) override {
    return rpc::RunUnary(
        api_.writes, context, response,
        [this,
         request](const rpc::CallContext& call) -> absl::StatusOr<v1::RedriveDeadLettersResponse> {
          RETURN_IF_ERROR(CheckOperator(api::ViewerOf(call.caller)));
          return notification::RedriveDeadLetters(handles_, *request);
        });
  }

  ServerUnaryReactor* GetBalance(CallbackServerContext* context,
                                 const v1::GetBalanceRequest* request,
                                 v1::GetBalanceResponse* response) override {
    return RunRead(context, response, [request](sql::Connection& connection) {
      Balance balance(connection);
      return request->change().empty() ? balance.OfAll() : balance.Of(request->change());
    });
  }

  ServerUnaryReactor* ListDeadLetters(CallbackServerContext* context,
                                      const v1::ListDeadLettersRequest* request,
                                      v1::ListDeadLettersResponse* response) override {
    return RunRead(
        context, response,
        [this,
         request](sql::Connection& connection) -> absl::StatusOr<v1::ListDeadLettersResponse> {
          // Each may carry 64 KiB, so a page stays below what one message may hold.
          FieldErrors errors;
          const auto page = rpc::ReadPage(*api_.tokens, *request, kDeadLetterPages);
          RETURN_IF_ERROR(errors.AddFrom(page.status()));
          DeadLetterQuery query{.topic = request->topic(), .error = request->error()};
          ReadTimes(*request, &query.from, &query.until, errors);
          RETURN_IF_ERROR(errors.ToStatus());
          query.after = PageKeyIn(*page);
          query.limit = page->size + 1;
          ASSIGN_OR_RETURN(auto found, DeadLetters(connection).List(query));
          v1::ListDeadLettersResponse answer;
          answer.set_next_page_token(api::FillPage(*api_.tokens, *request, *page, std::move(found),
                                                   kBehind, answer.mutable_dead_letters()));
          return answer;
        });
  }

  ServerUnaryReactor* RedriveDeadLetter(CallbackServerContext* context,
                                        const v1::RedriveDeadLetterRequest* request,
                                        v1::RedriveDeadLetterResponse* response) override {
    return rpc::RunUnary(api_.writes, context,
                         [this, request, response](const rpc::CallContext& call) -> absl::Status {
                           RETURN_IF_ERROR(CheckOperator(api::ViewerOf(call.caller)));
                           ASSIGN_OR_RETURN(const std::string change,
                                            (*handles_.redrive)(request->name()));
                           response->set_change(change);
                           return absl::OkStatus();
                         });
  }

 private:
  static constexpr rpc::PageLimits kDeadLetterPages = {.default_size = 20, .max_size = 50};

  // One that the caller may see, by the request's field `path`. Others are NOT_FOUND, as what
  // doesn't exist is.
  absl::StatusOr<v1::Delivery> Find(const rpc::CallContext& call, std::string_view path,
                                    const std::string& name) const {
    RETURN_IF_ERROR(CheckDeliveryName(path, name));
    std::string seen_by;
    ASSIGN_OR_RETURN(const v1::Delivery found,
                     handles_.ledger->Read([&](sql::Connection& connection) {
                       return Deliveries(connection).Get(name, &seen_by);
                     }));
    const filter::Viewer caller = api::ViewerOf(call.caller);
    const std::string subscriber(store::RootOf(found.subscription()));
    if (!CheckMayUse(caller, subscriber).ok()) return NotFoundError(name);
    const absl::StatusOr<Eyes> eyes = Eyes::Of(caller, handles_, subscriber);
    if (absl::IsNotFound(eyes.status())) return NotFoundError(name);
    RETURN_IF_ERROR(eyes.status());
    if (!eyes->See(found, seen_by)) return NotFoundError(name);
    return found;
  }

  // A page is as many as were looked at, so that none is asked for twice.
  absl::StatusOr<v1::ListDeliveriesResponse> List(const rpc::CallContext& call,
                                                  const v1::ListDeliveriesRequest& request) const {
    const filter::Viewer caller = api::ViewerOf(call.caller);
    FieldErrors errors;
    const auto page = rpc::ReadPage(*api_.tokens, request, {});
    RETURN_IF_ERROR(errors.AddFrom(page.status()));
    DeliveryQuery query = ReadQuery(request, errors);
    CheckState(request.state(), errors);
    RETURN_IF_ERROR(errors.ToStatus());
    query.state = request.state();
    query.after = PageKeyIn(*page);
    query.limit = page->size + 1;
    RETURN_IF_ERROR(CheckMayUse(caller, request.parent()));
    ASSIGN_OR_RETURN(const Eyes eyes,
                     Eyes::Of(caller, handles_, std::string(store::RootOf(request.parent()))));
    std::vector<std::string> seen_by;
    ASSIGN_OR_RETURN(auto found, handles_.ledger->Read([&](sql::Connection& connection) {
      return Deliveries(connection).List(query, &seen_by);
    }));
    v1::ListDeliveriesResponse answer;
    resource::PageRoom room(static_cast<size_t>(page->size));
    for (size_t i = 0; i < found.size(); ++i) {
      const bool shown = eyes.See(found[i], seen_by[i]);
      if (shown) handles_.dispatcher->Describe(&found[i]);
      // What isn't shown takes a place, and none of the bytes.
      if (!room.Takes(shown ? found[i].ByteSizeLong() : 0)) {
        answer.set_next_page_token(
            rpc::NextPageToken(*api_.tokens, request, kBehind(found[i - 1])));
        break;
      }
      if (shown) *answer.add_deliveries() = found[i];
    }
    return answer;
  }

  // An operator's look at one state of the ledger.
  template <typename Response, typename Read>
  ServerUnaryReactor* RunRead(CallbackServerContext* context, Response* response, Read read) {
    return rpc::RunUnary(
        api_.reads, context, response,
        [this, read = std::move(read)](const rpc::CallContext& call) -> absl::StatusOr<Response> {
          RETURN_IF_ERROR(CheckOperator(api::ViewerOf(call.caller)));
          return handles_.ledger->Read(read);
        });
  }

  const Api api_;
  const Handles& handles_;
};

}  // namespace

rpc::Service MakeDeliveryService(const Api& api, const Handles& handles) {
  return rpc::ServiceOf<v1::DeliveryService>(std::make_unique<DeliveryHandler>(api, handles));
}

}  // namespace clusterwire::notification
