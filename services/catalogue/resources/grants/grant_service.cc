#include <grpcpp/server_context.h>

#include "clusterwire/catalogue/v1/grant.grpc.pb.h"

#include "libs/api/standard.h"
#include "libs/base/status/error.h"
#include "libs/rpc/admission/access.h"
#include "libs/rpc/token/token.h"
#include "services/catalogue/resources/grants/grant_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

using resource::ReadCall;

// The caller as it is judged: also what clusterwire-view-as has made of it.
v1::WhoAmIResponse Describe(const rpc::Caller& caller) {
  using Proof = rpc::Caller::Proof;
  v1::WhoAmIResponse response;
  response.set_subject(caller.subject.empty() ? "public" : caller.subject);
  if (caller.proof == Proof::kLoopback) response.set_proof(v1::WhoAmIResponse::PROOF_LOOPBACK);
  if (caller.proof == Proof::kCertificate) {
    response.set_proof(v1::WhoAmIResponse::PROOF_CERTIFICATE);
  }
  if (caller.proof == Proof::kToken) response.set_proof(v1::WhoAmIResponse::PROOF_TOKEN);
  response.set_operator_(caller.is_operator);
  response.set_access(rpc::AccessOf(caller));
  std::map<std::string, v1::Grant::Role> roles;
  for (const std::string& name : caller.members) roles[name] = v1::Grant::ROLE_VIEWER;
  for (const std::string& name : caller.edits) roles[name] = v1::Grant::ROLE_EDITOR;
  for (const std::string& name : caller.owns) roles[name] = v1::Grant::ROLE_OWNER;
  for (const auto& [resource, role] : roles) {
    v1::WhoAmIResponse::Right& right = *response.add_rights();
    right.set_resource(resource);
    right.set_role(role);
  }
  return response;
}

class GrantHandler final : public v1::GrantService::CallbackService {
 public:
  explicit GrantHandler(const Api& api) : api_(api), grants_(api.grants) {}

  grpc::ServerUnaryReactor* WhoAmI(grpc::CallbackServerContext* context, const v1::WhoAmIRequest*,
                                   v1::WhoAmIResponse* response) override {
    return rpc::RunUnary(api_.reads, context, [response](const rpc::CallContext& call) {
      *response = Describe(call.caller);
      return absl::OkStatus();
    });
  }

  grpc::ServerUnaryReactor* GetGrant(grpc::CallbackServerContext* context,
                                     const v1::GetGrantRequest* request,
                                     v1::Grant* response) override {
    return api::RunRead(api_, context, request->min_revision(),
                        [this, context, request, response](const ReadCall& call) -> absl::Status {
                          ASSIGN_OR_RETURN(Grants::Page found, grants_->Get(call, request->name()));
                          context->AddInitialMetadata(api::kRevisionKey,
                                                      absl::StrCat(found.revision.value));
                          *response = std::move(found.grants.front());
                          return absl::OkStatus();
                        });
  }

  grpc::ServerUnaryReactor* ListGrants(grpc::CallbackServerContext* context,
                                       const v1::ListGrantsRequest* request,
                                       v1::ListGrantsResponse* response) override {
    return api::RunRead(
        api_, context, request->min_revision(),
        [this, request, response](const ReadCall& call) { return List(call, *request, response); });
  }

  CW_WRITE(CreateGrant, v1::Grant, grants_->Create(call, request->grant()))
  CW_WRITE(UpdateGrant, v1::Grant, grants_->Update(call, request->grant(), request->update_mask()))
  CW_WRITE(DeleteGrant, v1::Grant, grants_->Delete(call, request->name(), request->etag()))
  CW_WRITE(TransferOwnership, v1::Grant,
           grants_->Transfer(call, request->resource(), request->subject(), request->from()))

 private:
  absl::Status List(const ReadCall& call, const v1::ListGrantsRequest& request,
                    v1::ListGrantsResponse* response) {
    GrantQuery query{.resource = request.resource(), .subject = request.subject()};
    const auto page = rpc::ReadPage(*api_.tokens, request, {});
    RETURN_IF_ERROR(query.errors.AddFrom(page.status()));
    if (page.ok()) {
      query.after = page->after.name();
      query.limit = static_cast<size_t>(page->size);
    }
    ASSIGN_OR_RETURN(Grants::Page found, grants_->List(call, query));
    for (v1::Grant& grant : found.grants) *response->add_grants() = std::move(grant);
    response->set_revision(found.revision.value);
    if (!found.next.empty()) {
      rpc::PagePosition position;
      position.set_name(found.next);
      response->set_next_page_token(rpc::NextPageToken(*api_.tokens, request, position));
    }
    return absl::OkStatus();
  }

  const Api api_;
  const rpc::Late<Grants> grants_;
};

}  // namespace

rpc::Service MakeGrantService(const Api& api, rpc::Late<store::Store>&) {
  return rpc::ServiceOf<v1::GrantService>(std::make_unique<GrantHandler>(api));
}

}  // namespace clusterwire::catalogue
