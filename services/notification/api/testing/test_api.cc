#include "services/notification/api/testing/test_api.h"

#include <grpcpp/impl/service_type.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::notification {

TestApi::TestApi()
    : runtime_(metrics_, Clock::System(), domain.random),
      lane_(runtime_, {.name = "tests", .threads = 2, .queue_limit = 100}) {
  auto opened = sql::Database::Open("sqlite:" + domain.folder.File("ledger.db"));
  EXPECT_THAT(opened, IsOk());
  ledger_database = *std::move(opened);
  auto made = Ledger::Open(*ledger_database);
  EXPECT_THAT(made, IsOk());
  ledger = *std::move(made);

  const Handling handling = {.reads = lane_, .writes = lane_, .tokens = tokens_};
  services_.push_back(
      MakeSubscriberService(handling, *domain.subscribers, *domain.endpoints, *ledger));
  services_.push_back(MakeSubscriptionService(handling, *domain.subscriptions));
  services_.push_back(MakeInboxService(handling, *domain.subscribers, *ledger, inbox_signal));
  services_.push_back(MakeDeliveryService(
      handling, *ledger,
      [](std::string_view name) -> absl::StatusOr<std::string> { return NotFoundError(name); }));
  std::vector<grpc::Service*> services;
  for (const auto& service : services_) services.push_back(service.get());
  auto started = rpc::Server::Start({}, runtime_, services);
  EXPECT_THAT(started, IsOk());
  server_ = *std::move(started);
}

TestApi::~TestApi() { server_->Shutdown(absl::ZeroDuration()); }

}  // namespace clusterwire::notification
