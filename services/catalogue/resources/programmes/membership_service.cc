#include "clusterwire/catalogue/v1/membership.grpc.pb.h"

#include "services/catalogue/common/api/standard.h"
#include "services/catalogue/resources/programmes/membership_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class MembershipServiceHandler final : public v1::MembershipService::CallbackService {
 public:
  MembershipServiceHandler(const Api& api, rpc::Late<store::Store>& store)
      : api_(api), memberships_(store) {}

  grpc::ServerUnaryReactor* GetMembership(grpc::CallbackServerContext* context,
                                          const v1::GetMembershipRequest* request,
                                          v1::Membership* response) override {
    return RunGet(api_, memberships_, context, *request, response);
  }
  grpc::ServerUnaryReactor* BatchGetMemberships(
      grpc::CallbackServerContext* context, const v1::BatchGetMembershipsRequest* request,
      v1::BatchGetMembershipsResponse* response) override {
    return RunBatchGet(api_, memberships_, context, *request, response,
                       &v1::BatchGetMembershipsResponse::mutable_memberships);
  }
  grpc::ServerUnaryReactor* ListMemberships(grpc::CallbackServerContext* context,
                                            const v1::ListMembershipsRequest* request,
                                            v1::ListMembershipsResponse* response) override {
    return RunList(api_, memberships_, context, *request, response,
                   &v1::ListMembershipsResponse::mutable_memberships, request->parent());
  }
  grpc::ServerUnaryReactor* CreateMembership(grpc::CallbackServerContext* context,
                                             const v1::CreateMembershipRequest* request,
                                             v1::Membership* response) override {
    return RunCreate(api_, memberships_, context, *request, request->membership(),
                     request->membership_id(), response, request->parent());
  }
  grpc::ServerUnaryReactor* UpdateMembership(grpc::CallbackServerContext* context,
                                             const v1::UpdateMembershipRequest* request,
                                             v1::Membership* response) override {
    return RunUpdate(api_, memberships_, context, *request, request->membership(), response);
  }
  grpc::ServerUnaryReactor* DeleteMembership(grpc::CallbackServerContext* context,
                                             const v1::DeleteMembershipRequest* request,
                                             v1::Membership* response) override {
    return RunDelete(api_, memberships_, context, *request, response);
  }
  grpc::ServerUnaryReactor* UndeleteMembership(grpc::CallbackServerContext* context,
                                               const v1::UndeleteMembershipRequest* request,
                                               v1::Membership* response) override {
    return RunUndelete(api_, memberships_, context, *request, response);
  }
  grpc::ServerUnaryReactor* PublishMembership(grpc::CallbackServerContext* context,
                                              const v1::PublishMembershipRequest* request,
                                              v1::Membership* response) override {
    return RunWrite(api_, context, *request, response, [this, request](const WriteCall& call) {
      return memberships_->Publish(call, request->name(), request->etag());
    });
  }
  grpc::ServerUnaryReactor* EndMembership(grpc::CallbackServerContext* context,
                                          const v1::EndMembershipRequest* request,
                                          v1::Membership* response) override {
    return RunWrite(api_, context, *request, response, [this, request](const WriteCall& call) {
      return memberships_->End(call, request->name(), request->etag(), request->end(),
                               request->reason());
    });
  }

 private:
  const Api api_;
  rpc::Late<Memberships> memberships_;
};

}  // namespace

rpc::Service MakeMembershipService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::MembershipService>(
      std::make_unique<MembershipServiceHandler>(api, store));
}

}  // namespace clusterwire::catalogue
