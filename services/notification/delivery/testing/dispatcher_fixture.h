#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/eventually.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/sql/testing/faulty_database.h"
#include "services/notification/delivery/dispatcher.h"
#include "services/notification/grants/testing/grant_records.h"
#include "services/notification/ledger/testing/rows.h"
#include "services/notification/testing/test_store.h"

namespace clusterwire::notification {

inline constexpr absl::Duration kPatience = absl::Seconds(10);

inline RetrySchedule EveryTenMinutes() {
  config::v1::Delivery options;
  for (int i = 0; i < 20; ++i) options.add_retry_schedule()->set_seconds(600);
  return *RetrySchedule::Create(options);
}

// A channel that keeps what it is given and answers as told: endpoint by endpoint, at once or when
// released.
class FakeChannel final : public Channel {
 public:
  void Send(std::shared_ptr<const Job> job, absl::Duration, Callback done) override {
    Outcome outcome = Done{.http_status = 200};
    {
      MutexLock lock(mutex_);
      sent_.push_back(job->delivery.name);
      gaps_[job->delivery.name].push_back(job->gap);
      jobs_.push_back(job);
      changed_.NotifyAll();
      if (held_.contains(job->delivery.endpoint)) {
        waiting_.push_back(std::move(done));
        return;
      }
      std::deque<Outcome>& answers = answers_[job->delivery.endpoint];
      if (!answers.empty()) {
        outcome = answers.front();
        answers.pop_front();
      }
    }
    done(std::move(outcome));
  }
  // The next tries at this endpoint end so; after them all succeed.
  void Answer(const std::string& endpoint, std::deque<Outcome> outcomes) {
    MutexLock lock(mutex_);
    answers_[endpoint] = std::move(outcomes);
  }
  void Hold(const std::string& endpoint) {
    MutexLock lock(mutex_);
    held_[endpoint] = true;
  }
  void ReleaseAll(const Outcome& outcome = Done{.http_status = 200}) {
    std::vector<Callback> waiting;
    {
      MutexLock lock(mutex_);
      held_.clear();
      waiting.swap(waiting_);
    }
    for (const Callback& done : waiting) done(outcome);
  }
  bool WaitForSent(size_t count) {
    MutexLock lock(mutex_);
    const absl::Time deadline = Clock::System().Now() + kPatience;
    while (sent_.size() < count) {
      const absl::Duration left = deadline - Clock::System().Now();
      if (left <= absl::ZeroDuration()) return false;
      changed_.WaitFor(mutex_, absl::ToChronoNanoseconds(left));
    }
    return true;
  }
  std::vector<std::string> sent() {
    MutexLock lock(mutex_);
    return sent_;
  }
  // What each try of it said was missing.
  std::vector<Gap> gaps(const std::string& delivery) {
    MutexLock lock(mutex_);
    return gaps_[delivery];
  }
  std::vector<std::shared_ptr<const Job>> jobs() {
    MutexLock lock(mutex_);
    return jobs_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::map<std::string, std::vector<Gap>> gaps_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> sent_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<const Job>> jobs_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::deque<Outcome>> answers_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, bool> held_ ABSL_GUARDED_BY(mutex_);
  std::vector<Callback> waiting_ ABSL_GUARDED_BY(mutex_);
};

// A dispatcher over a real ledger and store, and a channel that a test steers.
class DispatcherFixture : public LedgerTest {
 protected:
  DispatcherFixture() {
    auto ledger = Ledger::Open(faulty_);
    EXPECT_THAT(ledger, IsOk());
    faulty_ledger_ = *std::move(ledger);
    auto channel = std::make_unique<FakeChannel>();
    channel_ = channel.get();
    channels_[v1::Endpoint::kWebhook] = std::move(channel);
    store_.clock.Advance(absl::Hours(1));  // what MakeRecord() makes is due
    store_.AddSubscriber("x", "corp:x");
  }
  // A webhook of subscriber x, and a subscription of the same name to it.
  std::string AddWebhook(const std::string& id) {
    const std::string endpoint = store_.AddWebhook("subscribers/x", id).name();
    v1::Subscription subscription;
    subscription.set_endpoint(endpoint);
    store_.AddSubscription("subscribers/x", id, subscription);
    store_.CatchUp();
    return endpoint;
  }
  std::string Said(const PendingDelivery& delivery) {
    v1::Delivery shown = Get(delivery);
    dispatcher_->Describe(&shown);
    return shown.reason();
  }
  // Waits until that is what the delivery says: memory follows the ledger a moment later.
  bool Says(const PendingDelivery& delivery, const std::string& reason) {
    const bool said = Eventually([&] { return Said(delivery) == reason; });
    if (!said) ADD_FAILURE() << Said(delivery);
    return said;
  }
  // Waits until the metrics have this: they are set behind what the ledger says.
  bool Shows(const std::string& metric) {
    return Eventually([&] { return metrics_.Render().find(metric) != std::string::npos; });
  }
  void Enable(const std::string& endpoint) {
    ASSERT_THAT(store_.endpoints->Enable(AsOperator(), endpoint, ""), IsOk());
    store_.CatchUp();
  }
  void Pause(const std::string& endpoint, bool paused) {
    ASSERT_THAT(store_.endpoints->SetPaused(AsOperator(), endpoint, "", paused), IsOk());
    store_.CatchUp();
  }
  // Puts a delivery of a change of this cluster for the subscription into the ledger.
  PendingDelivery Put(const std::string& id, const std::string& cluster = "a") {
    const KeptRecord record = MakeRecord("clusters/" + cluster, ++revision_);
    PendingDelivery delivery = MakeDelivery(record, "subscribers/x/subscriptions/" + id);
    delivery.endpoint = "subscribers/x/endpoints/" + id;
    Keep(record, {delivery});
    return delivery;
  }
  // The same of a draft that programmes/p sees.
  PendingDelivery PutDraft(const std::string& id) {
    KeptRecord record = MakeRecord("clusters/draft", ++revision_);
    record.change.mutable_after()->mutable_audience()->add_members("programmes/p");
    PendingDelivery delivery = MakeDelivery(record, "subscribers/x/subscriptions/" + id);
    delivery.endpoint = "subscribers/x/endpoints/" + id;
    Keep(record, {delivery});
    return delivery;
  }
  void Start(Dispatcher::Options options = {}) {
    dispatcher_ = std::make_unique<Dispatcher>(
        options, *faulty_ledger_, *store_.interests, channels_,
        [this](const std::string& endpoint, const std::string& reason) {
          const absl::Status status = store_.endpoints->Disable(endpoint, reason);
          disabled_.Notify();
          return status;
        },
        store_.clock, store_.random, metrics_);
  }
  v1::Delivery Get(const PendingDelivery& delivery) {
    auto got = ledger_->Read(
        [&](sql::Connection& connection) { return Deliveries(connection).Get(delivery.name); });
    EXPECT_THAT(got, IsOk());
    return *std::move(got);
  }
  // Waits until the delivery, pending, says so.
  bool WaitForReason(const PendingDelivery& delivery, const std::string& reason) {
    const bool said = Eventually([&] { return Get(delivery).reason() == reason; });
    if (!said) ADD_FAILURE() << Get(delivery).ShortDebugString();
    return said && Get(delivery).state() == v1::Delivery::STATE_PENDING;
  }
  // Waits until the delivery is in this state after so many tries.
  bool WaitFor(const PendingDelivery& delivery, v1::Delivery::State state, int attempts) {
    const absl::Time deadline = Clock::System().Now() + kPatience;
    Wakeup never;
    for (v1::Delivery got = Get(delivery); got.state() != state || got.attempts() != attempts;
         got = Get(delivery)) {
      if (Clock::System().Now() > deadline) {
        ADD_FAILURE() << got.ShortDebugString();
        return false;
      }
      never.WaitFor(absl::Milliseconds(5));
    }
    return true;
  }

  TestStore store_;
  sql::FaultyDatabase faulty_{*database_};
  std::unique_ptr<Ledger> faulty_ledger_;
  telemetry::Metrics metrics_;
  Channels channels_;
  FakeChannel* channel_ = nullptr;
  Wakeup disabled_;
  int64_t revision_ = 0;
  std::unique_ptr<Dispatcher> dispatcher_;  // last: it uses everything above
};

}  // namespace clusterwire::notification
