#include "clusterwire/catalogue/v1/member.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/organisations/member_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class MemberHandler final : public Handler<v1::MemberService, Members> {
 public:
  using Handler::Handler;

  CW_STANDARD_ALL(Member, Members, v1::Member, resources_)
};

}  // namespace

rpc::Service MakeMemberService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::MemberService>(std::make_unique<MemberHandler>(api, store));
}

}  // namespace clusterwire::catalogue
