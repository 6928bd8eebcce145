#include "clusterwire/catalogue/v1/label_scheme.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class LabelSchemeHandler final : public Handler<v1::LabelSchemeService, LabelSchemes> {
 public:
  using Handler::Handler;

  CW_STANDARD_ALL(LabelScheme, LabelSchemes, v1::LabelScheme, resources_)
};

}  // namespace

rpc::Service MakeLabelSchemeService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::LabelSchemeService>(std::make_unique<LabelSchemeHandler>(api, store));
}

}  // namespace clusterwire::catalogue
