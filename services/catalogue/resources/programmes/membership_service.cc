#include "clusterwire/catalogue/v1/membership.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/programmes/membership_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class MembershipHandler final : public v1::MembershipService::CallbackService {
 public:
  MembershipHandler(const Api& api, rpc::Late<store::Store>& store)
      : api_(api), memberships_(store) {}

  CW_STANDARD(Get, GetMembership, v1::Membership, memberships_)
  CW_STANDARD(BatchGet, BatchGetMemberships, v1::BatchGetMembershipsResponse, memberships_)
  CW_STANDARD(List, ListMemberships, v1::ListMembershipsResponse, memberships_)
  CW_STANDARD(Create, CreateMembership, v1::Membership, memberships_)
  CW_STANDARD(Update, UpdateMembership, v1::Membership, memberships_)
  CW_STANDARD(Delete, DeleteMembership, v1::Membership, memberships_)
  CW_STANDARD(Undelete, UndeleteMembership, v1::Membership, memberships_)
  CW_WRITE(PublishMembership, v1::Membership,
           memberships_->Publish(call, request->name(), request->etag()))
  CW_WRITE(EndMembership, v1::Membership,
           memberships_->End(call, request->name(), request->etag(), request->end(),
                             request->reason()))

 private:
  const Api api_;
  rpc::Late<Memberships> memberships_;
};

}  // namespace

rpc::Service MakeMembershipService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::MembershipService>(std::make_unique<MembershipHandler>(api, store));
}

}  // namespace clusterwire::catalogue
