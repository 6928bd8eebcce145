#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "libs/api/run.h"
#include "libs/base/time/clock.h"
#include "libs/rpc/call/late.h"
#include "libs/rpc/server/runtime.h"
#include "libs/rpc/server/server.h"
#include "libs/rpc/token/token.h"
#include "libs/service/findings.h"

namespace clusterwire::notification {

using api::Api;

class CalendarFeed;
class Consents;
class Diagnosis;
class Dispatcher;
class EndpointTester;
class Endpoints;
class Eraser;
class HoldKeeper;
class InboxSignal;
class Interests;
class Ledger;
class SubscriberExporter;
struct Mailboxes;
class Subscribers;
class Subscriptions;

// Takes a dead letter in once more and gives the change that it turned out to be.
using Redrive = std::function<absl::StatusOr<std::string>(std::string_view dead_letter)>;

// What handlers look through: all of it is set when the service is opened.
struct Handles {
  rpc::Late<const rpc::TokenSealer> tokens;
  rpc::Late<Subscribers> subscribers;
  rpc::Late<Endpoints> endpoints;
  rpc::Late<EndpointTester> endpoint_tester;
  rpc::Late<Subscriptions> subscriptions;
  rpc::Late<CalendarFeed> calendar_feed;
  rpc::Late<Consents> consents;
  rpc::Late<Eraser> eraser;
  rpc::Late<SubscriberExporter> exporter;
  rpc::Late<Interests> interests;
  rpc::Late<Ledger> ledger;
  rpc::Late<InboxSignal> inbox_signal;
  rpc::Late<const Mailboxes> mailboxes;
  rpc::Late<Dispatcher> dispatcher;
  rpc::Late<HoldKeeper> hold_keeper;
  rpc::Late<Clock> clock;
  rpc::Late<const Redrive> redrive;
  rpc::Late<const Diagnosis> diagnosis;
};

// The gRPC services: they translate between the wire and the parts. `missing` is what Diagnose says
// until the parts are there; it runs on `operators`, from the start. The arguments by reference
// outlive the services.
rpc::Services MakeServices(const Api& api, const Handles& handles, rpc::ThreadPool& operators,
                           std::function<service::Findings()> missing);

#define SERVICE(noun) rpc::Service Make##noun##Service(const Api& api, const Handles& handles);
#include "services/notification/types.def"
rpc::Service MakeOperationsService(const Api& api, const Handles& handles,
                                   rpc::ThreadPool& operators,
                                   std::function<service::Findings()> missing);

}  // namespace clusterwire::notification
