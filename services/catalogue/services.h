#pragma once

#include <functional>

#include "libs/api/run.h"
#include "libs/rpc/call/late.h"
#include "libs/rpc/call/parking.h"
#include "libs/rpc/server/server.h"
#include "libs/search/index.h"
#include "libs/service/findings.h"
#include "libs/store/store.h"
#include "services/catalogue/erasures/erasures.h"
#include "services/catalogue/operations/diagnosis.h"

// The gRPC services of the catalogue, one file each. They translate and decide nothing.
namespace clusterwire::catalogue {

class GrantIndex;

// What every handler of the catalogue needs.
struct Api : api::Api {
  rpc::Late<GrantIndex>& grants;
  rpc::Late<const Erasures>& erasures;  // for those who show people
  const rpc::Late<const search::Index>& index;
  const rpc::Parking::Progress& indexed;  // how far the index is
};

// What handlers look through: all of it is set when the catalogue is opened.
struct Handles {
  explicit Handles(rpc::Parking& parking);

  rpc::Late<store::Store> store;
  rpc::Late<const rpc::TokenSealer> tokens;
  rpc::Late<const search::Index> index;
  rpc::Late<const Erasures> erasures;
  rpc::Late<GrantIndex> grants;
  rpc::Late<Diagnosis> diagnosis;
  rpc::Parking::Progress indexed;  // the index publishes to it; a Search waits for it
};

// The handler of a resource type: what CW_STANDARD and CW_WRITE in a derived class look at.
template <typename Service, typename Resources>
class Handler : public Service::CallbackService {
 public:
  Handler(const Api& api, rpc::Late<store::Store>& store) : api_(api), resources_(store) {}

 protected:
  const Api api_;
  rpc::Late<Resources> resources_;
};

// All of them. `missing` is what Diagnose says until `handles` are set; it runs on `operators`,
// from the start. The arguments by reference outlive the services.
rpc::Services MakeServices(const Api& api, rpc::ThreadPool& operators, Handles& handles,
                           std::function<service::Findings()> missing);

rpc::Service MakeChangeService(const Api& api, rpc::Late<store::Store>& store);
rpc::Service MakeImportService(const api::Api& api, const rpc::Late<store::Store>& store);
rpc::Service MakeOperationsService(rpc::ThreadPool& operators, rpc::ThreadPool& writes,
                                   const rpc::Late<Diagnosis>& diagnosis,
                                   std::function<service::Findings()> missing);
rpc::Service MakeSearchService(const Api& api, Handles& handles);

}  // namespace clusterwire::catalogue
