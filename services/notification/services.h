#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "clusterwire/notification/v1/operations.pb.h"

#include "libs/api/run.h"

namespace grpc {
class Service;
}  // namespace grpc

namespace clusterwire::notification {

class Endpoints;
class InboxSignal;
class Ledger;
class Subscribers;
class Subscriptions;

using api::Api;

// Takes a dead record in once more and gives the change that it turned out to be.
using Redrive = std::function<absl::StatusOr<std::string>(std::string_view dead_record)>;

// What is wrong, and how to mend it; a service that has no data yet answers otherwise.
using DiagnoseFunction = std::function<v1::DiagnoseResponse()>;

// One gRPC service each: they translate between the wire and the parts given, which outlive them.
// The ledger holds the inbox that goes with a deleted subscriber.
std::unique_ptr<grpc::Service> MakeSubscriberService(const Api& api, Subscribers& subscribers,
                                                     Endpoints& endpoints, Ledger& ledger);
std::unique_ptr<grpc::Service> MakeSubscriptionService(const Api& api,
                                                       Subscriptions& subscriptions);
std::unique_ptr<grpc::Service> MakeDeliveryService(const Api& api, Ledger& ledger, Redrive redrive);
// Subscribers are asked whether the caller may read.
std::unique_ptr<grpc::Service> MakeInboxService(const Api& api, Subscribers& subscribers,
                                                Ledger& ledger, InboxSignal& signal);
std::unique_ptr<grpc::Service> MakeOperationsService(rpc::Lane& reads, DiagnoseFunction diagnose);

}  // namespace clusterwire::notification
