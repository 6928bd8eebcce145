#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/operations.pb.h"

#include "libs/rpc/runtime.h"
#include "libs/rpc/token.h"
#include "libs/search/index.h"
#include "libs/store/store.h"
#include "services/catalogue/changes/history.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/resources/programmes/membership_rules.h"
#include "services/catalogue/resources/programmes/programme_rules.h"
#include "services/catalogue/resources/taxonomies/taxonomy_rules.h"

namespace grpc {
class Service;
}

// The gRPC services of the catalogue, one file each. They translate and decide nothing.
namespace clusterwire::catalogue {

// What every handler needs: where to run calls, and the key that page tokens are signed with. All
// of it outlives the services.
struct Api {
  rpc::Lane& reads;
  rpc::Lane& writes;
  const rpc::TokenSigner& tokens;
};

// What operators ask for, as functions: a catalogue that has no data yet answers otherwise.
struct Operations {
  std::function<v1::DiagnoseResponse()> diagnose;
  // Takes the history id that the operator has seen, returns the new one.
  std::function<absl::StatusOr<std::string>(const std::string&)> start_new_history;
};

std::unique_ptr<grpc::Service> MakeChangeService(const Api& api, const History& history);
std::unique_ptr<grpc::Service> MakeClusterService(const Api& api, Clusters& clusters);
std::unique_ptr<grpc::Service> MakeEventService(const Api& api, Events& events);
std::unique_ptr<grpc::Service> MakeImportService(const Api& api, store::Store& store);
std::unique_ptr<grpc::Service> MakeLabelSchemeService(const Api& api, LabelSchemes& schemes);
std::unique_ptr<grpc::Service> MakeLabelService(const Api& api, Labels& labels);
std::unique_ptr<grpc::Service> MakeMembershipService(const Api& api, Memberships& memberships);
// `operations` may be used from any thread until the service is gone.
std::unique_ptr<grpc::Service> MakeOperationsService(rpc::Lane& reads, rpc::Lane& writes,
                                                     Operations operations);
std::unique_ptr<grpc::Service> MakeProgrammeService(const Api& api, Programmes& programmes);
std::unique_ptr<grpc::Service> MakeSearchService(const Api& api, const search::Index& index);
std::unique_ptr<grpc::Service> MakeTaxonomyService(const Api& api, Taxonomies& taxonomies);

}  // namespace clusterwire::catalogue
