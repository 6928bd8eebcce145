#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/operations.pb.h"

#include "libs/api/run.h"
#include "libs/rpc/server/server.h"
#include "libs/search/index.h"
#include "libs/store/store.h"
#include "services/catalogue/changes/history.h"

namespace grpc {
class Service;
}

// The gRPC services of the catalogue, one file each. They translate and decide nothing.
namespace clusterwire::catalogue {

using api::Api;

// What operators ask for, as functions: a catalogue that has no data yet answers otherwise.
struct Operations {
  std::function<v1::DiagnoseResponse()> diagnose;
  // Takes the history id that the operator has seen, returns the new one.
  std::function<absl::StatusOr<std::string>(const std::string&)> start_new_history;
};

// One for each line of types.def. `store` outlives them.
rpc::Services MakeResourceServices(const Api& api, store::Store& store);

std::unique_ptr<grpc::Service> MakeChangeService(const Api& api, const History& history);
std::unique_ptr<grpc::Service> MakeImportService(const Api& api, store::Store& store);
// `operations` may be used from any thread until the service is gone.
std::unique_ptr<grpc::Service> MakeOperationsService(rpc::Lane& reads, rpc::Lane& writes,
                                                     Operations operations);
std::unique_ptr<grpc::Service> MakeSearchService(const Api& api, const search::Index& index);

inline constexpr char kChangeService[] = "clusterwire.change.v1.ChangeService";
inline constexpr char kOperationsService[] = "clusterwire.catalogue.v1.OperationsService";
inline constexpr char kSearchService[] = "clusterwire.catalogue.v1.SearchService";

// The full names of all of them: what health is asked for.
std::vector<std::string> ServiceNames();

}  // namespace clusterwire::catalogue
