#include "services/catalogue/services.h"

#include <utility>

#include "libs/base/status/error.h"

namespace clusterwire::catalogue {

// Each room defines one of these per type: the handler of NOUNService.
#define RESOURCE(noun, room) \
  rpc::Service Make##noun##Service(const Api& api, rpc::Late<store::Store>& store);
#include "services/catalogue/types.def"
#undef RESOURCE

Handles::Handles(rpc::Parking& parking)
    : indexed(parking, {.name = "the search index",
                        .reason = "INDEX_BEHIND",
                        .newest = [this]() -> absl::StatusOr<int64_t> {
                          ASSIGN_OR_RETURN(const store::Revision newest, store->revision());
                          return newest.value;
                        }}) {}

rpc::Services MakeServices(const Api& api, rpc::ThreadPool& operators, Handles& handles,
                           std::function<service::Findings()> missing) {
  rpc::Services services;
#define RESOURCE(noun, room) services.push_back(Make##noun##Service(api, handles.store));
#include "services/catalogue/types.def"
#undef RESOURCE
  services.push_back(MakeChangeService(api, handles.store));
  services.push_back(MakeImportService(api, handles.store));
  services.push_back(
      MakeOperationsService(operators, api.writes, handles.diagnosis, std::move(missing)));
  services.push_back(MakeSearchService(api, handles));
  return services;
}

}  // namespace clusterwire::catalogue
