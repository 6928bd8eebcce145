#include <algorithm>

#include "clusterwire/catalogue/v1/taxonomy.grpc.pb.h"

#include "libs/api/standard.h"
#include "libs/base/status/error.h"
#include "services/catalogue/resources/taxonomies/taxonomy_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

// As TaxonomyService promises.
constexpr int kDefaultCodes = 20;
constexpr int kMaxCodes = 200;

class TaxonomyHandler final : public Handler<v1::TaxonomyService, Taxonomies> {
 public:
  using Handler::Handler;

  CW_STANDARD_ALL(Taxonomy, Taxonomies, v1::Taxonomy, resources_)

  grpc::ServerUnaryReactor* SearchCodes(grpc::CallbackServerContext* context,
                                        const v1::SearchCodesRequest* request,
                                        v1::SearchCodesResponse* response) override {
    return api::RunRead(
        api_, context, 0, [this, request, response](const ReadCall& call) -> absl::Status {
          FieldErrors errors;
          if (request->page_size() < 0) errors.Add("page_size", "must not be negative");
          const int size = request->page_size() == 0 ? kDefaultCodes : request->page_size();
          ASSIGN_OR_RETURN(auto codes, resources_->SearchCodes(
                                           call, request->query(), request->taxonomy(),
                                           static_cast<size_t>(std::min(size, kMaxCodes)), errors));
          for (v1::FoundCode& code : codes) *response->add_codes() = std::move(code);
          return absl::OkStatus();
        });
  }
};

}  // namespace

rpc::Service MakeTaxonomyService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::TaxonomyService>(std::make_unique<TaxonomyHandler>(api, store));
}

}  // namespace clusterwire::catalogue
