#include "services/notification/testing/test_api.h"

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

  const Api api = {.reads = lane_, .writes = lane_, .tokens = tokens_};
  rpc::Services services;
  services.push_back(MakeSubscriberService(api, *domain.subscribers, *domain.endpoints, *ledger));
  services.push_back(MakeSubscriptionService(api, *domain.subscriptions));
  services.push_back(MakeInboxService(api, *domain.subscribers, *ledger, inbox_signal));
  services.push_back(MakeDeliveryService(
      api, *ledger,
      [](std::string_view name) -> absl::StatusOr<std::string> { return NotFoundError(name); }));
  auto started = rpc::Server::Start({}, runtime_, std::move(services));
  EXPECT_THAT(started, IsOk());
  server_ = *std::move(started);
}

TestApi::~TestApi() { server_->Shutdown(absl::ZeroDuration()); }

}  // namespace clusterwire::notification
