#include <memory>
#include <optional>
#include <utility>

#include <google/protobuf/util/json_util.h>

#include "clusterwire/notification/v1/subscriber.grpc.pb.h"

#include "libs/api/standard.h"
#include "libs/rpc/admission/access.h"
#include "libs/rpc/call/run_unary.h"
#include "libs/telemetry/log.h"
#include "services/notification/channels/endpoint_tester.h"
#include "services/notification/consent/consents.h"
#include "services/notification/consent/eraser.h"
#include "services/notification/consent/export.h"
#include "services/notification/delivery/dispatcher.h"
#include "services/notification/ledger/inbox/inbox.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/page_key.h"
#include "services/notification/resources/subscribers/endpoint_rules.h"
#include "services/notification/resources/subscribers/interests.h"
#include "services/notification/resources/subscribers/subscriber_rules.h"
#include "services/notification/services.h"

namespace clusterwire::notification {
namespace {

Endpoints::Rotation RotationOf(const v1::RotateSecretRequest& request) {
  Endpoints::Rotation rotation = {.secret = request.secret()};
  if (request.has_overlap()) rotation.overlap = request.overlap();
  return rotation;
}

class SubscriberHandler final : public v1::SubscriberService::CallbackService {
 public:
  SubscriberHandler(const Api& api, const Handles& handles)
      : api_(api),
        subscribers_(handles.subscribers),
        endpoints_(handles.endpoints),
        tester_(handles.endpoint_tester),
        dispatcher_(handles.dispatcher),
        interests_(handles.interests),
        ledger_(handles.ledger),
        consents_(handles.consents),
        eraser_(handles.eraser),
        exporter_(handles.exporter) {}

  api::Reactor* WhoAmI(api::Context* context, const v1::WhoAmIRequest*,
                       v1::WhoAmIResponse* response) override {
    return rpc::RunUnary(api_.reads, context, response,
                         [this](const rpc::CallContext& call) { return Describe(call.caller); });
  }

  CW_STANDARD(Get, GetSubscriber, v1::Subscriber, subscribers_)
  CW_STANDARD(List, ListSubscribers, v1::ListSubscribersResponse, subscribers_)
  CW_WRITE(CreateSubscriber, v1::Subscriber,
           subscribers_->Add(call, request->subscriber(), request->subscriber_id()))
  CW_STANDARD(Update, UpdateSubscriber, v1::Subscriber, subscribers_)
  CW_WRITE(PauseSubscriber, v1::Subscriber,
           subscribers_->SetPaused(call, request->name(), request->etag(), true))
  CW_WRITE(ResumeSubscriber, v1::Subscriber,
           subscribers_->SetPaused(call, request->name(), request->etag(), false))
  CW_WRITE(DeleteSubscriber, v1::DeleteSubscriberResponse, Delete(call, *request))

  CW_STANDARD(Get, GetEndpoint, v1::Endpoint, endpoints_)
  CW_STANDARD(List, ListEndpoints, v1::ListEndpointsResponse, endpoints_)
  api::Reactor* CreateEndpoint(api::Context* context, const v1::CreateEndpointRequest* request,
                               v1::Endpoint* response) override {
    return api::RunWriteAfter(
        api_, context, *request, response,
        [this, request](const WriteCall& call, absl::Time deadline, rpc::Then then) {
          RETURN_IF_ERROR(consents_->CheckMayEnter(call.viewer, request->endpoint()));
          return endpoints_->AskCreate(call, request->parent(), request->endpoint(),
                                       request->endpoint_id(), deadline, std::move(then));
        },
        [this, request](const WriteCall& call) {
          return endpoints_->Create(call, request->parent(), request->endpoint(),
                                    request->endpoint_id());
        });
  }
  api::Reactor* UpdateEndpoint(api::Context* context, const v1::UpdateEndpointRequest* request,
                               v1::Endpoint* response) override {
    return api::RunWriteAfter(
        api_, context, *request, response,
        [this, request](const WriteCall& call, absl::Time deadline, rpc::Then then) {
          return endpoints_->AskUpdate(call, request->endpoint(), request->update_mask(), deadline,
                                       std::move(then));
        },
        [this, request](const WriteCall& call) {
          return endpoints_->Update(call, request->endpoint(), request->update_mask());
        });
  }
  api::Reactor* TestEndpoint(api::Context* context, const v1::TestEndpointRequest* request,
                             v1::TestEndpointResponse* response) override {
    const auto result = std::make_shared<v1::TestEndpointResponse>();
    return rpc::RunAfter(
        api_.reads, context,
        [this, request, result](const rpc::CallContext& call, rpc::Then then) {
          return tester_->Start(
              api::ReadCallOf(call, 0), request->name(), call.deadline,
              [result, then = std::move(then)](absl::StatusOr<v1::TestEndpointResponse> answer) {
                if (answer.ok()) *result = *std::move(answer);
                then(answer.status());
              });
        },
        [response, result](const rpc::CallContext&) {
          *response = *result;
          return absl::OkStatus();
        });
  }
  CW_WRITE(RotateSecret, v1::Endpoint,
           endpoints_->RotateSecret(call, request->name(), request->etag(), RotationOf(*request)))
  CW_WRITE(EnableEndpoint, v1::Endpoint, endpoints_->Enable(call, request->name(), request->etag()))
  CW_WRITE(PauseEndpoint, v1::Endpoint,
           endpoints_->SetPaused(call, request->name(), request->etag(), true))
  CW_WRITE(ResumeEndpoint, v1::Endpoint,
           endpoints_->SetPaused(call, request->name(), request->etag(), false))
  CW_WRITE(RequestConfirmation, v1::RequestConfirmationResponse,
           consents_->Request(call, request->name()))
  CW_WRITE(EraseSubscriber, v1::EraseSubscriberResponse, Erase(call, *request))
  api::Reactor* ExportSubscriber(api::Context* context, const v1::ExportSubscriberRequest* request,
                                 v1::ExportSubscriberResponse* response) override {
    return rpc::RunUnary(
        api_.reads, context, response,
        [this, request](const rpc::CallContext& call) { return Export(call, *request); });
  }
  CW_WRITE(DeleteEndpoint, v1::DeleteEndpointResponse, RemoveEndpoint(call, *request))

 private:
  static constexpr size_t kMostRights = 1000;

  absl::StatusOr<v1::WhoAmIResponse> Describe(const rpc::Caller& caller) const {
    v1::WhoAmIResponse answer;
    answer.set_subject(caller.subject);
    answer.set_proof(ToProto(caller.proof));
    answer.set_operator_(caller.is_operator);
    answer.set_access(rpc::AccessOf(caller));
    if (caller.proof == rpc::Caller::Proof::kNone) return answer;
    for (std::string& subscriber : interests_->SubscribersOf(caller.subject)) {
      *answer.add_subscribers() = std::move(subscriber);
    }
    const Grants& grants = interests_->grants();
    const std::vector<Granted> granted = grants.Of(grants.KeysOf(caller.subject));
    answer.set_right_count(static_cast<int32_t>(granted.size()));
    for (const Granted& one : granted) {
      if (static_cast<size_t>(answer.rights_size()) == kMostRights) break;
      v1::WhoAmIResponse::Right& right = *answer.add_rights();
      right.set_resource(one.resource);
      right.set_role(one.role);
    }
    return answer;
  }

  static v1::WhoAmIResponse::Proof ToProto(rpc::Caller::Proof proof) {
    switch (proof) {
      case rpc::Caller::Proof::kNone:
        break;
      case rpc::Caller::Proof::kLoopback:
        return v1::WhoAmIResponse::PROOF_LOOPBACK;
      case rpc::Caller::Proof::kCertificate:
        return v1::WhoAmIResponse::PROOF_CERTIFICATE;
      case rpc::Caller::Proof::kToken:
        return v1::WhoAmIResponse::PROOF_TOKEN;
    }
    return v1::WhoAmIResponse::PROOF_UNSPECIFIED;
  }

  absl::StatusOr<v1::DeleteSubscriberResponse> Delete(const WriteCall& call,
                                                      const v1::DeleteSubscriberRequest& request) {
    RETURN_IF_ERROR(subscribers_->Delete(call, request.name(), request.etag()).status());
    // Not after a dry run, nor when a repeated request finds the name given to another since.
    const auto found = subscribers_->Get({.viewer = call.viewer}, request.name());
    if (absl::IsNotFound(found.status())) {
      dispatcher_->Forget(request.name(), "wanted: the subscriber was deleted");
      ForgetInbox(request.name());
    }
    return v1::DeleteSubscriberResponse();
  }

  absl::StatusOr<v1::EraseSubscriberResponse> Erase(const WriteCall& call,
                                                    const v1::EraseSubscriberRequest& request) {
    RETURN_IF_ERROR(eraser_->Erase(call, request));
    return v1::EraseSubscriberResponse();
  }

  absl::StatusOr<v1::ExportSubscriberResponse> Export(const rpc::CallContext& call,
                                                      const v1::ExportSubscriberRequest& request) {
    ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(*api_.tokens, request, {}));
    const std::optional<PageKey> after = PageKeyIn(page);
    ASSIGN_OR_RETURN(const SubscriberExporter::Page found,
                     exporter_->Export(api::ReadCallOf(call, 0), request.name(), after, page.size));
    v1::ExportSubscriberResponse response;
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    if (!google::protobuf::util::MessageToJsonString(found.exported, response.mutable_json(),
                                                     options)
             .ok()) {
      return absl::InternalError("what is held can't be written as JSON");
    }
    if (found.next) {
      response.set_next_page_token(
          rpc::NextPageToken(*api_.tokens, request, PositionOf(*found.next)));
    }
    return response;
  }

  absl::StatusOr<v1::DeleteEndpointResponse> RemoveEndpoint(
      const WriteCall& call, const v1::DeleteEndpointRequest& request) {
    RETURN_IF_ERROR(endpoints_->Delete(call, request.name(), request.etag()).status());
    const auto found = endpoints_->Get({.viewer = call.viewer}, request.name());
    if (absl::IsNotFound(found.status())) {
      dispatcher_->Forget(request.name(), "enabled: the endpoint was deleted");
    }
    return v1::DeleteEndpointResponse();
  }

  // It can't be read any more, so what can't be removed now is left to the end of its retention.
  void ForgetInbox(const std::string& subscriber) {
    const absl::Status forgotten = ledger_->Write(
        [&](sql::Connection& connection) { return Inbox(connection).Forget(subscriber); });
    if (!forgotten.ok()) telemetry::LogWarning("inbox not removed yet", {{"error", forgotten}});
  }

  const Api api_;
  const rpc::Late<Subscribers>& subscribers_;
  const rpc::Late<Endpoints>& endpoints_;
  const rpc::Late<EndpointTester>& tester_;
  const rpc::Late<Dispatcher>& dispatcher_;
  const rpc::Late<Interests>& interests_;
  const rpc::Late<Ledger>& ledger_;
  const rpc::Late<Consents>& consents_;
  const rpc::Late<Eraser>& eraser_;
  const rpc::Late<SubscriberExporter>& exporter_;
};

}  // namespace

rpc::Service MakeSubscriberService(const Api& api, const Handles& handles) {
  return rpc::ServiceOf<v1::SubscriberService>(std::make_unique<SubscriberHandler>(api, handles));
}

}  // namespace clusterwire::notification
