#include "clusterwire/catalogue/v1/label_scheme.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class LabelSchemeHandler final : public v1::LabelSchemeService::CallbackService {
 public:
  LabelSchemeHandler(const Api& api, rpc::Late<store::Store>& store) : api_(api), schemes_(store) {}

  CW_STANDARD(Get, GetLabelScheme, v1::LabelScheme, schemes_)
  CW_STANDARD(BatchGet, BatchGetLabelSchemes, v1::BatchGetLabelSchemesResponse, schemes_)
  CW_STANDARD(List, ListLabelSchemes, v1::ListLabelSchemesResponse, schemes_)
  CW_STANDARD(Create, CreateLabelScheme, v1::LabelScheme, schemes_)
  CW_STANDARD(Update, UpdateLabelScheme, v1::LabelScheme, schemes_)
  CW_STANDARD(Delete, DeleteLabelScheme, v1::LabelScheme, schemes_)
  CW_STANDARD(Undelete, UndeleteLabelScheme, v1::LabelScheme, schemes_)

 private:
  const Api api_;
  rpc::Late<LabelSchemes> schemes_;
};

}  // namespace

rpc::Service MakeLabelSchemeService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::LabelSchemeService>(std::make_unique<LabelSchemeHandler>(api, store));
}

}  // namespace clusterwire::catalogue
