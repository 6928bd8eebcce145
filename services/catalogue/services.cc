#include "services/catalogue/services.h"

namespace clusterwire::catalogue {

// Each room defines one of these per type: the handler of NOUNService.
#define RESOURCE(noun, room) \
  std::unique_ptr<grpc::Service> Make##noun##Service(const Api& api, store::Store& store);
#include "services/catalogue/types.def"
#undef RESOURCE

rpc::Services MakeResourceServices(const Api& api, store::Store& store) {
  rpc::Services services;
#define RESOURCE(noun, room) services.push_back(Make##noun##Service(api, store));
#include "services/catalogue/types.def"
#undef RESOURCE
  return services;
}

std::vector<std::string> ServiceNames() {
  return {
#define RESOURCE(noun, room) "clusterwire.catalogue.v1." #noun "Service",
#include "services/catalogue/types.def"
#undef RESOURCE
      kChangeService, "clusterwire.catalogue.v1.ImportService", kOperationsService, kSearchService};
}

}  // namespace clusterwire::catalogue
