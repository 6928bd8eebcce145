#include "services/notification/testing/test_api.h"

#include "absl/strings/match.h"
#include <grpcpp/impl/service_type.h>
#include <gtest/gtest.h>

#include "libs/base/testing/eventually.h"
#include "libs/base/testing/status_matchers.h"

namespace clusterwire::notification {

TestApi::TestApi()
    : client_({}, Clock::System()),
      channels_(MakeChannels({.client = client_,
                              .inbox_signal = inbox_signal,
                              .clock = Clock::System(),
                              .random = domain.random})),
      tester_(absl::Seconds(15), {.store = *domain.store,
                                  .channels = channels_,
                                  .addresses = *domain.addresses,
                                  .clock = Clock::System(),
                                  .random = domain.random}),
      runtime_(metrics_, Clock::System(), domain.random, {.authenticator = &operators_}),
      pool_(runtime_, {.name = "tests", .threads = 2, .queue_limit = 100}) {
  auto opened = sql::Database::Open("sqlite:" + domain.folder.File("ledger.db"));
  EXPECT_THAT(opened, IsOk());
  ledger_database = *std::move(opened);
  auto made = Ledger::Open(*ledger_database);
  EXPECT_THAT(made, IsOk());
  ledger = *std::move(made);

  dispatcher = std::make_unique<Dispatcher>(
      Dispatcher::Options(), *ledger, *domain.interests, channels_,
      [](const std::string&, const std::string&) { return absl::OkStatus(); }, domain.clock,
      domain.random, metrics_);
  // What a test puts into the ledger from now on it doesn't find.
  EXPECT_TRUE(Eventually([this] {
    return absl::StrContains(metrics_.Render(), "clusterwire_delivery_sweeps_total 1");
  }));

  const auto suppress = [this](const std::string& name, std::string_view reason) {
    dispatcher->Suppress(name, reason);
  };
  consents =
      std::make_unique<Consents>(Consents::Dependencies{.store = *domain.store,
                                                        .ledger = *ledger,
                                                        .interests = *domain.interests,
                                                        .subscribers = *domain.subscribers,
                                                        .endpoints = *domain.endpoints,
                                                        .subscriptions = *domain.subscriptions,
                                                        .address_key = address_key_,
                                                        .clock = domain.clock,
                                                        .random = domain.random,
                                                        .suppress = suppress},
                                 std::vector<config::v1::Offer>());
  eraser_ = std::make_unique<Eraser>(Eraser::Dependencies{.store = *domain.store,
                                                          .ledger = *ledger,
                                                          .interests = *domain.interests,
                                                          .subscribers = *domain.subscribers,
                                                          .address_key = address_key_,
                                                          .clock = domain.clock,
                                                          .random = domain.random,
                                                          .suppress = suppress});
  exporter_ = std::make_unique<SubscriberExporter>(
      SubscriberExporter::Dependencies{.ledger = *ledger,
                                       .interests = *domain.interests,
                                       .subscribers = *domain.subscribers,
                                       .endpoints = *domain.endpoints,
                                       .subscriptions = *domain.subscriptions});

  handles_.tokens.Set(tokens_);
  handles_.consents.Set(*consents);
  handles_.eraser.Set(*eraser_);
  handles_.exporter.Set(*exporter_);
  handles_.subscribers.Set(*domain.subscribers);
  handles_.endpoints.Set(*domain.endpoints);
  handles_.endpoint_tester.Set(tester_);
  handles_.subscriptions.Set(*domain.subscriptions);
  handles_.interests.Set(*domain.interests);
  handles_.ledger.Set(*ledger);
  handles_.inbox_signal.Set(inbox_signal);
  handles_.mailboxes.Set(mailboxes);
  handles_.dispatcher.Set(*dispatcher);
  auto keeper = HoldKeeper::Start(*ledger, *domain.interests, domain.clock, domain.random);
  EXPECT_THAT(keeper, IsOk());
  hold_keeper = *std::move(keeper);
  handles_.hold_keeper.Set(*hold_keeper);
  handles_.clock.Set(domain.clock);
  handles_.redrive.Set(redrive);
  const Api api = {.reads = pool_, .writes = pool_, .tokens = handles_.tokens};
  rpc::Services services;
#define SERVICE(noun) services.push_back(Make##noun##Service(api, handles_));
#include "services/notification/types.def"
  auto started = rpc::Server::Start({}, runtime_, std::move(services));
  EXPECT_THAT(started, IsOk());
  server_ = *std::move(started);
}

TestApi::~TestApi() {
  server_->Shutdown(absl::ZeroDuration());
  hold_keeper.reset();
  eraser_.reset();     // it uses the dispatcher …
  dispatcher.reset();  // … and that what is below it
}

}  // namespace clusterwire::notification
