#include "tests/simulation/simulation.h"

#include <atomic>
#include <cstdlib>

#include "absl/strings/numbers.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clusterwire::simulation {
namespace {

using notification::Channel;
using notification::Job;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

int Days() {
  const char* given = std::getenv("CLUSTERWIRE_SIMULATION_DAYS");
  int days = 0;
  return given != nullptr && absl::SimpleAtoi(given, &days) ? days : 10;
}

TEST(Simulation, KeepsEveryPromiseOfDeliveryThroughAYear) {
  Simulation simulation({.seed = TestSeed(), .days = Days()});
  EXPECT_THAT(simulation.Run(), IsEmpty());
  EXPECT_GT(simulation.changes(), 10u * static_cast<size_t>(Days()));
  EXPECT_GT(simulation.kills(), 0);
  EXPECT_GT(simulation.receipts(), simulation.changes());
}

// A short time in which nothing but the fault goes wrong.
Simulation::Options Quiet() {
  return {.seed = TestSeed(), .readers = 40, .days = 3, .kills = false, .clock_steps = false};
}

TEST(Simulation, FindsNothingWhereNothingWasPlanted) {
  EXPECT_THAT(Simulation(Quiet()).Run(), IsEmpty());
}

TEST(Simulation, FindsARecordThatWasSkipped) {
  Simulation::Options options = Quiet();
  options.lose_every = 20;
  EXPECT_THAT(Simulation(options).Run(), Contains(HasSubstr("a row for each match")));
}

// A channel around a real one.
class Around : public Channel {
 public:
  explicit Around(std::unique_ptr<Channel> real) : real_(std::move(real)) {}
  void Send(std::shared_ptr<const Job> job, absl::Time deadline, Callback done) override {
    real_->Send(std::move(job), deadline, std::move(done));
  }
  absl::Status Write(sql::Connection& connection, const notification::JobList& jobs) override {
    return real_->Write(connection, jobs);
  }
  void Written(const Job& job) override { real_->Written(job); }
  bool has_receiver() const override { return real_->has_receiver(); }

 protected:
  const std::unique_ptr<Channel> real_;
};

template <typename Fault>
Process::Wrap Plant(notification::v1::Endpoint::ChannelCase at) {
  return [at](notification::Channels& channels) {
    channels[at] = std::make_unique<Fault>(std::move(channels[at]));
  };
}

// Sends each tenth notice twice.
class Doubling final : public Around {
 public:
  using Around::Around;
  void Send(std::shared_ptr<const Job> job, absl::Time deadline, Callback done) override {
    if (++sent_ % 10 == 0) real_->Send(job, deadline, [](const notification::Outcome&) {});
    real_->Send(std::move(job), deadline, std::move(done));
  }

 private:
  std::atomic<int> sent_ = 0;
};

TEST(Simulation, FindsADeliveryThatWasSentTwice) {
  Simulation::Options options = Quiet();
  options.wrap = Plant<Doubling>(notification::v1::Endpoint::kWebhook);
  EXPECT_THAT(Simulation(options).Run(), Contains(HasSubstr("sent once but for a kill")));
}

// Says of each tenth notice that it was taken.
class Pretending final : public Around {
 public:
  using Around::Around;
  void Send(std::shared_ptr<const Job> job, absl::Time deadline, Callback done) override {
    if (++sent_ % 10 == 0) return done(notification::Done{.http_status = 200});
    real_->Send(std::move(job), deadline, std::move(done));
  }

 private:
  std::atomic<int> sent_ = 0;
};

TEST(Simulation, FindsADeliveryThatReachedNoReceiver) {
  Simulation::Options options = Quiet();
  options.wrap = Plant<Pretending>(notification::v1::Endpoint::kWebhook);
  EXPECT_THAT(Simulation(options).Run(), Contains(HasSubstr("delivered is what was taken")));
}

// Puts nothing into each tenth inbox.
class Forgetting final : public Around {
 public:
  using Around::Around;
  absl::Status Write(sql::Connection& connection, const notification::JobList& jobs) override {
    notification::JobList some;
    for (const auto& job : jobs) {
      if (++written_ % 10 != 0) some.push_back(job);
    }
    return real_->Write(connection, some);
  }

 private:
  std::atomic<int> written_ = 0;
};

TEST(Simulation, FindsAnInboxItemThatIsMissing) {
  Simulation::Options options = Quiet();
  options.wrap = Plant<Forgetting>(notification::v1::Endpoint::kInbox);
  EXPECT_THAT(Simulation(options).Run(), Contains(HasSubstr("a delivery has its item")));
}

}  // namespace
}  // namespace clusterwire::simulation
