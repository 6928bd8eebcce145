// A delivery queue through any sequence of events: nothing is lost, the order of a root holds, and
// places add up.

#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "services/notification/delivery/queue/delivery_queue.h"

namespace clusterwire::notification {
namespace {

class DeliveryQueueProperty : public testing::Test {
 protected:
  void OfferOne() {
    const std::string id = random_.Below(4) == 0 ? "inbox" : absl::StrCat("w", random_.Below(4));
    PendingDelivery delivery;
    delivery.endpoint = absl::StrCat("subscribers/s", random_.Below(8), "/endpoints/", id);
    delivery.root = absl::StrCat("clusters/c", random_.Below(5));
    delivery.sequence = ++last_;
    delivery.name = absl::StrCat("deliveries/", last_);
    if (!queue_.Offer(delivery, now_)) return;
    waiting_[delivery.endpoint + delivery.root].insert(delivery.sequence);
    ++outstanding_;
  }
  void Take() {
    for (PendingDelivery& delivery : queue_.Take(now_, random_.Below(20) + 1)) {
      const std::string root = delivery.endpoint + delivery.root;
      EXPECT_EQ(delivery.sequence, *waiting_.at(root).begin()) << "out of order";
      EXPECT_TRUE(busy_.insert(root).second) << "two of a root at once";
      under_way_.push_back(std::move(delivery));
    }
    EXPECT_EQ(queue_.in_flight(), static_cast<int>(under_way_.size()));
    EXPECT_LE(queue_.usage().taken, queue_.usage().places);
    std::map<std::string, int> held;
    for (const PendingDelivery& delivery : under_way_) ++held[delivery.endpoint];
    for (const auto& [endpoint, count] : held) EXPECT_LE(count, 8) << endpoint;
  }
  void EndOne(bool well) {
    if (under_way_.empty()) return;
    const size_t which = random_.Below(under_way_.size());
    const PendingDelivery delivery = under_way_[which];
    under_way_.erase(under_way_.begin() + static_cast<int64_t>(which));
    const std::string root = delivery.endpoint + delivery.root;
    busy_.erase(root);
    v1::Attempt attempt;
    DeliveryResult result{.took = absl::Milliseconds(random_.Below(5000)),
                          .health = EndpointHealth::kGood};
    if (!well) {
      const auto health = {EndpointHealth::kBad, EndpointHealth::kRefused,
                           EndpointHealth::kUnknown};
      result.health = *(health.begin() + random_.Below(3));
      if (random_.Below(10) == 0) result.rest = absl::Seconds(30);
    }
    attempt.set_http_status(well || random_.Below(2) == 0 ? 200 : 0);
    result.attempt = attempt;
    queue_.Ended(delivery, result, now_);
    if (well || random_.Below(3) == 0) {
      queue_.Remove(delivery);
      waiting_.at(root).erase(delivery.sequence);
      --outstanding_;
    } else {
      queue_.Postpone(delivery, now_ + absl::Seconds(random_.Below(60)));
    }
  }

  SeededRandom random_{TestSeed()};
  DeliveryQueue queue_{
      {.in_flight_per_endpoint = 8, .in_flight = 40, .loaded_per_endpoint = 1000},
      [](const std::string& endpoint) { return !absl::EndsWith(endpoint, "/inbox"); },
      random_};
  absl::Duration now_ = absl::Hours(1);
  int64_t last_ = 0;
  size_t outstanding_ = 0;
  std::map<std::string, std::set<int64_t>> waiting_;  // by endpoint and root
  std::set<std::string> busy_;
  std::vector<PendingDelivery> under_way_;
};

TEST_F(DeliveryQueueProperty, NothingIsLostTheOrderOfARootHoldsAndPlacesAddUp) {
  for (int step = 0; step < 5000 && !HasFailure(); ++step) {
    switch (random_.Below(6)) {
      case 0:
      case 1:
        OfferOne();
        break;
      case 2:
      case 3:
        Take();
        break;
      case 4:
        EndOne(random_.Below(3) > 0);
        break;
      default:
        now_ += absl::Seconds(random_.Below(5));
        if (random_.Below(50) == 0) queue_.Forgive("subscribers/s1/endpoints/w1", now_);
    }
  }
  // In the end all of it goes out, however it stood.
  for (int step = 0; outstanding_ > 0 && step < 100'000 && !HasFailure(); ++step) {
    Take();
    EndOne(/*well=*/true);
    now_ += absl::Seconds(1);
  }
  EXPECT_EQ(outstanding_, 0u);
  EXPECT_EQ(queue_.loaded(), 0u);
  EXPECT_EQ(queue_.in_flight(), 0);
  EXPECT_EQ(queue_.usage().taken, 0);
}

}  // namespace
}  // namespace clusterwire::notification
