#include "clusterwire/catalogue/v1/membership.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/memberships/membership_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class MembershipHandler final : public Handler<v1::MembershipService, Memberships> {
 public:
  using Handler::Handler;

  CW_STANDARD_ALL(Membership, Memberships, v1::Membership, resources_)
  CW_WRITE(PublishMembership, v1::Membership,
           resources_->Publish(call, request->name(), request->etag()))
  CW_WRITE(EndMembership, v1::Membership, resources_->End(call, *request))
};

}  // namespace

rpc::Service MakeMembershipService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::MembershipService>(std::make_unique<MembershipHandler>(api, store));
}

}  // namespace clusterwire::catalogue
