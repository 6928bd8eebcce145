#include <algorithm>

#include "clusterwire/catalogue/v1/taxonomy.grpc.pb.h"

#include "libs/api/standard.h"
#include "libs/base/status/error.h"
#include "libs/base/status/status_macros.h"
#include "services/catalogue/resources/taxonomies/taxonomy_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

// As TaxonomyService promises.
constexpr int kDefaultCodes = 20;
constexpr int kMaxCodes = 200;

class TaxonomyHandler final : public v1::TaxonomyService::CallbackService {
 public:
  TaxonomyHandler(const Api& api, rpc::Late<store::Store>& store) : api_(api), taxonomies_(store) {}

  CW_STANDARD(Get, GetTaxonomy, v1::Taxonomy, taxonomies_)
  CW_STANDARD(BatchGet, BatchGetTaxonomies, v1::BatchGetTaxonomiesResponse, taxonomies_)
  CW_STANDARD(List, ListTaxonomies, v1::ListTaxonomiesResponse, taxonomies_)
  CW_STANDARD(Create, CreateTaxonomy, v1::Taxonomy, taxonomies_)
  CW_STANDARD(Update, UpdateTaxonomy, v1::Taxonomy, taxonomies_)
  CW_STANDARD(Delete, DeleteTaxonomy, v1::Taxonomy, taxonomies_)
  CW_STANDARD(Undelete, UndeleteTaxonomy, v1::Taxonomy, taxonomies_)

  grpc::ServerUnaryReactor* SearchCodes(grpc::CallbackServerContext* context,
                                        const v1::SearchCodesRequest* request,
                                        v1::SearchCodesResponse* response) override {
    return api::RunRead(
        api_, context, 0, [this, request, response](const ReadCall& call) -> absl::Status {
          if (request->page_size() < 0) {
            return FieldError("page_size", "must not be negative");
          }
          const int size = request->page_size() == 0 ? kDefaultCodes : request->page_size();
          ASSIGN_OR_RETURN(
              auto codes, taxonomies_->SearchCodes(call, request->query(), request->taxonomy(),
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
  return rpc::ServiceOf<v1::TaxonomyService>(std::make_unique<TaxonomyHandler>(api, store));
}

}  // namespace clusterwire::catalogue
