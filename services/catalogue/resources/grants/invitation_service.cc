#include "clusterwire/catalogue/v1/invitation.grpc.pb.h"

#include "libs/api/standard.h"
#include "libs/base/status/error.h"
#include "services/catalogue/resources/grants/invitation_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class InvitationHandler final : public v1::InvitationService::CallbackService {
 public:
  explicit InvitationHandler(const Api& api) : api_(api), invitations_(api.grants) {}

  grpc::ServerUnaryReactor* ListInvitations(grpc::CallbackServerContext* context,
                                            const v1::ListInvitationsRequest* request,
                                            v1::ListInvitationsResponse* response) override {
    return api::RunRead(api_, context, 0,
                        [this, request, response](const resource::ReadCall& call) -> absl::Status {
                          ASSIGN_OR_RETURN(*response,
                                           invitations_->List(call, request->resource()));
                          return absl::OkStatus();
                        });
  }

  CW_WRITE(CreateInvitation, v1::Invitation, invitations_->Create(call, *request))
  CW_WRITE(DeleteInvitation, v1::Invitation, invitations_->Delete(call, request->name()))
  CW_WRITE(AcceptInvitation, v1::Grant, invitations_->Accept(call, request->token()))

 private:
  const Api api_;
  const rpc::Late<Invitations> invitations_;
};

}  // namespace

rpc::Service MakeInvitationService(const Api& api, rpc::Late<store::Store>&) {
  return rpc::ServiceOf<v1::InvitationService>(std::make_unique<InvitationHandler>(api));
}

}  // namespace clusterwire::catalogue
