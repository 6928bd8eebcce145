#include "clusterwire/catalogue/v1/label_scheme.grpc.pb.h"

#include "services/catalogue/common/api/standard.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class LabelSchemeServiceHandler final : public v1::LabelSchemeService::CallbackService {
 public:
  LabelSchemeServiceHandler(const Api& api, rpc::Late<store::Store>& store)
      : api_(api), schemes_(store) {}

  grpc::ServerUnaryReactor* GetLabelScheme(grpc::CallbackServerContext* context,
                                           const v1::GetLabelSchemeRequest* request,
                                           v1::LabelScheme* response) override {
    return RunGet(api_, schemes_, context, *request, response);
  }
  grpc::ServerUnaryReactor* BatchGetLabelSchemes(
      grpc::CallbackServerContext* context, const v1::BatchGetLabelSchemesRequest* request,
      v1::BatchGetLabelSchemesResponse* response) override {
    return RunBatchGet(api_, schemes_, context, *request, response,
                       &v1::BatchGetLabelSchemesResponse::mutable_label_schemes);
  }
  grpc::ServerUnaryReactor* ListLabelSchemes(grpc::CallbackServerContext* context,
                                             const v1::ListLabelSchemesRequest* request,
                                             v1::ListLabelSchemesResponse* response) override {
    return RunList(api_, schemes_, context, *request, response,
                   &v1::ListLabelSchemesResponse::mutable_label_schemes);
  }
  grpc::ServerUnaryReactor* CreateLabelScheme(grpc::CallbackServerContext* context,
                                              const v1::CreateLabelSchemeRequest* request,
                                              v1::LabelScheme* response) override {
    return RunCreate(api_, schemes_, context, *request, request->label_scheme(),
                     request->label_scheme_id(), response);
  }
  grpc::ServerUnaryReactor* UpdateLabelScheme(grpc::CallbackServerContext* context,
                                              const v1::UpdateLabelSchemeRequest* request,
                                              v1::LabelScheme* response) override {
    return RunUpdate(api_, schemes_, context, *request, request->label_scheme(), response);
  }
  grpc::ServerUnaryReactor* DeleteLabelScheme(grpc::CallbackServerContext* context,
                                              const v1::DeleteLabelSchemeRequest* request,
                                              v1::LabelScheme* response) override {
    return RunDelete(api_, schemes_, context, *request, response);
  }
  grpc::ServerUnaryReactor* UndeleteLabelScheme(grpc::CallbackServerContext* context,
                                                const v1::UndeleteLabelSchemeRequest* request,
                                                v1::LabelScheme* response) override {
    return RunUndelete(api_, schemes_, context, *request, response);
  }

 private:
  const Api api_;
  rpc::Late<LabelSchemes> schemes_;
};

}  // namespace

rpc::Service MakeLabelSchemeService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::LabelSchemeService>(
      std::make_unique<LabelSchemeServiceHandler>(api, store));
}

}  // namespace clusterwire::catalogue
