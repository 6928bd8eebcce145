#include "services/notification/ingest/testing/intake_fixture.h"

#include <algorithm>
#include <utility>

#include "libs/base/testing/status_matchers.h"
#include "libs/change/record.h"
#include "services/notification/ledger/balance.h"

namespace clusterwire::notification {

IntakeFixture::IntakeFixture(Intake::Options options) {
  store_.AddSubscriber("x");
  auto ledger = Ledger::Open(faulty_);
  EXPECT_THAT(ledger, IsOk());
  faulty_ledger_ = *std::move(ledger);
  intake_ = std::make_unique<Intake>(
      options, *faulty_ledger_, *store_.interests, at_once_, store_.clock, IngestMetrics(metrics_),
      [this](Intake::Committed committed) {
        std::ranges::move(committed.pending, std::back_inserter(offered_));
        std::ranges::move(committed.newest, std::back_inserter(newest_));
        reloads_before_last_offer_ = reloads_;
      },
      [this] { ++reloads_; });
}

void IntakeFixture::Subscribe(const std::string& id, const std::string& state,
                              const std::vector<std::string>& kinds) {
  v1::Subscription subscription;
  subscription.set_endpoint("subscribers/x/endpoints/inbox");
  subscription.mutable_filter()->add_types("cluster");
  if (!state.empty()) subscription.mutable_filter()->add_states(state);
  subscription.mutable_kinds()->Assign(kinds.begin(), kinds.end());
  store_.AddSubscription("subscribers/x", id, subscription);
}

absl::Status IntakeFixture::Take(const std::vector<kafka::ReceivedMessage>& messages) {
  return intake_->Take(messages);
}

v1::GetBalanceResponse IntakeFixture::AddUp() {
  auto balance =
      ledger_->Read([](sql::Connection& connection) { return Balance(connection).OfAll(); });
  EXPECT_THAT(balance, IsOk());
  return *std::move(balance);
}

std::vector<std::string> IntakeFixture::StatesFor(const change::v1::ResourceChanged& change) {
  std::vector<std::string> states;
  DeliveryQuery query{.change = change::IdOf(change), .limit = 1000};
  for (const v1::Delivery& delivery : List(query)) {
    const std::string id = delivery.subscription().substr(delivery.subscription().rfind('/') + 1);
    states.push_back(id + ": " + (delivery.reason().empty() ? "pending" : delivery.reason()));
  }
  std::sort(states.begin(), states.end());
  return states;
}

}  // namespace clusterwire::notification
