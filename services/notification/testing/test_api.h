#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/base/status/error.h"
#include "libs/rpc/server/runtime.h"
#include "libs/rpc/server/server.h"
#include "libs/rpc/testing/operators.h"
#include "libs/rpc/token/token.h"
#include "libs/telemetry/metrics.h"
#include "services/notification/channels/channels.h"
#include "services/notification/channels/email/mailboxes.h"
#include "services/notification/channels/endpoint_tester.h"
#include "services/notification/consent/consents.h"
#include "services/notification/consent/eraser.h"
#include "services/notification/consent/export.h"
#include "services/notification/delivery/dispatcher.h"
#include "services/notification/delivery/operating/hold_keeper.h"
#include "services/notification/ledger/inbox/inbox.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/services.h"
#include "services/notification/testing/test_store.h"

namespace clusterwire::notification {

// The services of this one behind a real server on a free port of loopback, over real databases in
// a temporary folder. Nothing is read from Kafka, and nothing sent but tests of endpoints.
class TestApi {
 public:
  TestApi();
  ~TestApi();

  // Where it listens.
  std::string address() const { return server_->address(); }
  // Its metrics, which count the calls that have ended.
  std::string Metrics() { return metrics_.Render(); }

  TestStore domain;
  std::unique_ptr<sql::Database> ledger_database;
  std::unique_ptr<Ledger> ledger;
  InboxSignal inbox_signal;
  const Mailboxes mailboxes{AddressKey("k"), BounceAddress("bounces@example.org", "k"),
                            Clock::System()};
  // Nothing is offered to it, and what lies in the ledger it would find by its sweep alone, for
  // which no time passes.
  std::unique_ptr<Dispatcher> dispatcher;
  std::unique_ptr<Consents> consents;
  std::unique_ptr<HoldKeeper> hold_keeper;
  // Takes a dead letter in once more; a test may give it an intake.
  Redrive redrive = [](std::string_view name) -> absl::StatusOr<std::string> {
    return NotFoundError(name);
  };

 private:
  telemetry::Metrics metrics_;
  rpc::TokenSealer tokens_{"a key of at least sixteen bytes"};
  http::Client client_;
  const Channels channels_;
  EndpointTester tester_;
  const AddressKey address_key_{"a key of at least sixteen bytes"};
  std::unique_ptr<Eraser> eraser_;
  std::unique_ptr<SubscriberExporter> exporter_;
  rpc::testing::Operators operators_;
  rpc::Runtime runtime_;
  Handles handles_;
  rpc::ThreadPool pool_;
  std::unique_ptr<rpc::Server> server_;
};

}  // namespace clusterwire::notification
