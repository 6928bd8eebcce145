// Exactly one digest for each window: over zones, daylight saving, a clock that is set to and fro,
// and a restart between closing a window and sending.

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/time/zone.h"
#include "services/notification/delivery/mails/gatherer.h"
#include "services/notification/delivery/testing/dispatcher_fixture.h"
#include "services/notification/ledger/balance.h"
#include "services/notification/resources/subscribers/schedule.h"

namespace clusterwire::notification {
namespace {

struct Place {
  const char* zone;
  absl::CivilSecond from;  // two days before its clocks are changed
};
constexpr int kDays = 5;

class GathererPropertyTest : public DispatcherFixture {
 protected:
  // Somebody there who wants a digest at that hour.
  void Subscribe(const std::string& zone, int hour) {
    v1::Subscriber subscriber = *store_.subscribers->Get(Reading(AsOperator()), "subscribers/x");
    subscriber.set_time_zone(zone);
    subscriber.clear_etag();
    ASSERT_THAT(store_.subscribers->Update(AsOperator(), subscriber, {}), IsOk());
    const std::string id = absl::StrCat("s", ++subscriptions_);
    v1::Subscription subscription;
    subscription.set_endpoint(
        store_.AddConfirmed("subscribers/x", id, absl::StrCat(id, "@example.org")).name());
    subscription.mutable_schedule()->set_frequency(v1::Schedule::FREQUENCY_DAILY);
    subscription.mutable_schedule()->set_hour(hour);
    subscription_ = store_.AddSubscription("subscribers/x", id, subscription);
    store_.Consent(subscription_);
    store_.CatchUp();
  }
  void Happens() {
    KeptRecord record = MakeRecord("clusters/c", ++revision_);
    record.received = store_.clock.Now();
    PendingDelivery delivery = MakeDelivery(record, subscription_.name());
    delivery.endpoint = subscription_.endpoint();
    delivery.created = record.received;
    delivery.sequence = revision_;
    Keep(record, {delivery});
  }
  // What the dispatcher does with what is due. `crash`: it dies when it would send.
  void Look(bool crash) {
    const absl::Time now = store_.clock.Now();
    latest_ = std::max(latest_, now);
    const auto pending = ledger_->Read([&](sql::Connection& connection) {
      return Deliveries(connection).Pending(subscription_.endpoint(), 1000, now);
    });
    ASSERT_THAT(pending, IsOk());
    for (const PendingDelivery& delivery : *pending) {
      const auto step =
          ledger_->Write([&](sql::Connection& connection) -> absl::StatusOr<Gatherer::Step> {
            ASSIGN_OR_RETURN(KeptRecord record, Records(connection).Load(delivery.change_id));
            return gatherer_.Decide(
                connection, JobOf(delivery, std::make_shared<const KeptRecord>(std::move(record)),
                                  "", *store_.interests, now));
          });
      ASSERT_THAT(step, IsOk());
      if (step->what == Gatherer::Step::What::kSend && !crash) Send(*step->job);
    }
  }
  void Send(const Job& job) {
    const absl::Time now = store_.clock.Now();
    const absl::TimeZone zone = ZoneOf(job.subscriber.get());
    EXPECT_TRUE(windows_.insert(job.digest->until).second) << "twice: " << job.digest->until;
    EXPECT_LE(job.digest->until, latest_) << "early";
    EXPECT_EQ(LastDigest(subscription_.schedule(), zone, job.digest->until), job.digest->until);
    told_ += 1 + static_cast<int64_t>(job.others.size());
    const DeliveryResult result{
        .delivery = job.delivery.name, .state = v1::Delivery::STATE_DELIVERED, .time = now};
    ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) -> absl::Status {
      RETURN_IF_ERROR(Deliveries(connection).SetResults({&result, 1}).status());
      return SettleBundle(connection, job, result, /*was_pending=*/true);
    }),
                IsOk());
  }

  const Gatherer gatherer_{{}, *store_.interests};
  v1::Subscription subscription_;
  std::set<absl::Time> windows_;
  int64_t told_ = 0;
  int subscriptions_ = 0;
  absl::Time latest_ = absl::InfinitePast();  // that the clock has shown
};
INSTANTIATE_TEST_SUITE_P(Both, GathererPropertyTest, sql::kBothDatabases, sql::DialectName);

TEST_P(GathererPropertyTest, EachWindowHasOneDigestAndEachChangeIsToldOnce) {
  const Place places[] = {{"Europe/Berlin", absl::CivilSecond(2027, 3, 26, 12)},
                          {"Europe/Berlin", absl::CivilSecond(2027, 10, 29, 12)},
                          {"America/St_Johns", absl::CivilSecond(2027, 3, 12, 12)},
                          {"Australia/Lord_Howe", absl::CivilSecond(2027, 4, 2, 12)},
                          {"Pacific/Auckland", absl::CivilSecond(2026, 9, 25, 12)},
                          {"Asia/Kathmandu", absl::CivilSecond(2027, 3, 26, 12)}};
  for (const Place& place : places) {
    const absl::TimeZone zone = ZoneNamed(place.zone);
    const int hour = static_cast<int>(1 + store_.random.Fraction() * 3);
    store_.clock.Set(absl::FromCivil(place.from, zone));
    Subscribe(place.zone, hour);
    windows_.clear();
    latest_ = absl::InfinitePast();
    told_ = 0;
    int64_t happened = 0;
    const absl::Time end = store_.clock.Now() + absl::Hours(24 * kDays);
    while (store_.clock.Now() < end) {
      if (store_.random.Fraction() < 0.4) {
        Happens();
        ++happened;
      }
      Look(/*crash=*/store_.random.Fraction() < 0.3);
      store_.clock.Advance(absl::Minutes(20 + 100 * store_.random.Fraction()));
      if (store_.random.Fraction() < 0.1) store_.clock.Set(store_.clock.Now() - absl::Hours(3));
    }
    Look(false);
    store_.clock.Advance(absl::Hours(72));
    Look(false);
    Look(false);
    EXPECT_EQ(told_, happened) << place.zone << " at " << hour;
    EXPECT_LE(windows_.size(), static_cast<size_t>(kDays) + 2) << place.zone;
    EXPECT_GE(windows_.size(), static_cast<size_t>(kDays) - 2) << place.zone;
  }
  const auto balance =
      ledger_->Read([](sql::Connection& connection) { return Balance(connection).OfAll(); });
  EXPECT_EQ(balance->difference(), 0);
  EXPECT_EQ(balance->pending(), 0);
}

}  // namespace
}  // namespace clusterwire::notification
