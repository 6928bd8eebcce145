#include <algorithm>

#include "clusterwire/catalogue/v1/taxonomy.grpc.pb.h"

#include "services/catalogue/common/api/standard.h"
#include "services/catalogue/resources/taxonomies/taxonomy_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

// As TaxonomyService promises.
constexpr int kDefaultCodes = 20;
constexpr int kMaxCodes = 200;

class TaxonomyServiceHandler final : public v1::TaxonomyService::CallbackService {
 public:
  TaxonomyServiceHandler(const Api& api, rpc::Late<store::Store>& store)
      : api_(api), taxonomies_(store) {}

  grpc::ServerUnaryReactor* GetTaxonomy(grpc::CallbackServerContext* context,
                                        const v1::GetTaxonomyRequest* request,
                                        v1::Taxonomy* response) override {
    return RunGet(api_, taxonomies_, context, *request, response);
  }
  grpc::ServerUnaryReactor* BatchGetTaxonomies(grpc::CallbackServerContext* context,
                                               const v1::BatchGetTaxonomiesRequest* request,
                                               v1::BatchGetTaxonomiesResponse* response) override {
    return RunBatchGet(api_, taxonomies_, context, *request, response,
                       &v1::BatchGetTaxonomiesResponse::mutable_taxonomies);
  }
  grpc::ServerUnaryReactor* ListTaxonomies(grpc::CallbackServerContext* context,
                                           const v1::ListTaxonomiesRequest* request,
                                           v1::ListTaxonomiesResponse* response) override {
    return RunList(api_, taxonomies_, context, *request, response,
                   &v1::ListTaxonomiesResponse::mutable_taxonomies);
  }
  grpc::ServerUnaryReactor* CreateTaxonomy(grpc::CallbackServerContext* context,
                                           const v1::CreateTaxonomyRequest* request,
                                           v1::Taxonomy* response) override {
    return RunCreate(api_, taxonomies_, context, *request, request->taxonomy(),
                     request->taxonomy_id(), response);
  }
  grpc::ServerUnaryReactor* UpdateTaxonomy(grpc::CallbackServerContext* context,
                                           const v1::UpdateTaxonomyRequest* request,
                                           v1::Taxonomy* response) override {
    return RunUpdate(api_, taxonomies_, context, *request, request->taxonomy(), response);
  }
  grpc::ServerUnaryReactor* DeleteTaxonomy(grpc::CallbackServerContext* context,
                                           const v1::DeleteTaxonomyRequest* request,
                                           v1::Taxonomy* response) override {
    return RunDelete(api_, taxonomies_, context, *request, response);
  }
  grpc::ServerUnaryReactor* UndeleteTaxonomy(grpc::CallbackServerContext* context,
                                             const v1::UndeleteTaxonomyRequest* request,
                                             v1::Taxonomy* response) override {
    return RunUndelete(api_, taxonomies_, context, *request, response);
  }
  grpc::ServerUnaryReactor* SearchCodes(grpc::CallbackServerContext* context,
                                        const v1::SearchCodesRequest* request,
                                        v1::SearchCodesResponse* response) override {
    return rpc::RunUnary(
        api_.reads, context,
        [this, request, response](const rpc::CallContext& call) -> absl::Status {
          if (request->page_size() < 0) return FieldError("page_size", "must not be negative");
          const int size = request->page_size() == 0 ? kDefaultCodes : request->page_size();
          ASSIGN_OR_RETURN(
              auto codes,
              taxonomies_->SearchCodes(ReadCallOf(call, 0), request->query(), request->taxonomy(),
                                       static_cast<size_t>(std::min(size, kMaxCodes))));
          for (v1::FoundCode& code : codes) *response->add_codes() = std::move(code);
          return absl::OkStatus();
        });
  }

 private:
  const Api api_;
  rpc::Late<Taxonomies> taxonomies_;
};

}  // namespace

rpc::Service MakeTaxonomyService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::TaxonomyService>(std::make_unique<TaxonomyServiceHandler>(api, store));
}

}  // namespace clusterwire::catalogue
