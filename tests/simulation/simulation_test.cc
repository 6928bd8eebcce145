#include "tests/simulation/simulation.h"

#include <atomic>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/notification/channels/calendar/calendar_part.h"

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
  const bool single_mails = std::getenv("CLUSTERWIRE_SIMULATION_MAILS") != nullptr;
  Simulation simulation({.seed = TestSeed(), .days = Days(), .single_mails = single_mails});
  EXPECT_THAT(simulation.Run(), IsEmpty());
  EXPECT_GT(simulation.changes(), 10u * static_cast<size_t>(Days()));
  EXPECT_GT(simulation.kills(), 0);
  EXPECT_GT(simulation.receipts(), simulation.changes());
  EXPECT_GT(simulation.mails(), static_cast<size_t>(Days()));
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
  void Send(std::shared_ptr<const Job> job, absl::Duration deadline, Callback done) override {
    real_->Send(std::move(job), deadline, std::move(done));
  }
  absl::Status Write(sql::Connection& connection, const notification::JobList& jobs) override {
    return real_->Write(connection, jobs);
  }
  void Written(const Job& job) override { real_->Written(job); }
  bool has_receiver() const override { return real_->has_receiver(); }
  bool over_server() const override { return real_->over_server(); }

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
  void Send(std::shared_ptr<const Job> job, absl::Duration deadline, Callback done) override {
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
  void Send(std::shared_ptr<const Job> job, absl::Duration deadline, Callback done) override {
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

TEST(Simulation, FindsMailsWithoutConsent) {
  Simulation::Options options = Quiet();
  options.distort = [](Reader& reader) {
    if (!reader.endpoint.has_email()) return;
    reader.subscription.mutable_consent()->set_state(notification::v1::Consent::STATE_GIVEN);
  };
  EXPECT_THAT(Simulation(options).Run(), Contains(HasSubstr("no mail without consent")));
}

TEST(Simulation, FindsDigestsThatComeEarly) {
  Simulation::Options options = Quiet();
  options.distort = [](Reader& reader) {
    if (!reader.subscription.has_schedule()) return;
    auto& schedule = *reader.subscription.mutable_schedule();
    schedule.set_hour((schedule.hour() + 22) % 24);
  };
  EXPECT_THAT(Simulation(options).Run(), Contains(HasSubstr("a digest at its hour")));
}

// Sends each digest twice.
class DoublingDigests final : public Around {
 public:
  using Around::Around;
  void Send(std::shared_ptr<const Job> job, absl::Duration deadline, Callback done) override {
    if (job->digest) real_->Send(job, deadline, [](const notification::Outcome&) {});
    real_->Send(std::move(job), deadline, std::move(done));
  }
};

TEST(Simulation, FindsTwoDigestsOfOneWindow) {
  Simulation::Options options = Quiet();
  options.wrap = Plant<DoublingDigests>(notification::v1::Endpoint::kEmail);
  EXPECT_THAT(Simulation(options).Run(), Contains(HasSubstr("one digest of a window")));
}

// Loses each mail that cancels an invitation, and says that it was taken.
class LosingCancels final : public Around {
 public:
  using Around::Around;
  void Send(std::shared_ptr<const Job> job, absl::Duration deadline, Callback done) override {
    const auto part = notification::CalendarPartOf(*job, {.name = "", .address = "a@example.org"});
    if (part && absl::StrContains(part->text, "METHOD:CANCEL")) return done(notification::Done{});
    real_->Send(std::move(job), deadline, std::move(done));
  }
};

TEST(Simulation, FindsACancellationThatWasLost) {
  Simulation::Options options = Quiet();
  options.readers = 100;
  options.days = 8;
  options.single_mails = true;
  options.wrap = Plant<LosingCancels>(notification::v1::Endpoint::kEmail);
  EXPECT_THAT(Simulation(options).Run(), Contains(HasSubstr("a cancellation of what doesn't")));
}

}  // namespace
}  // namespace clusterwire::simulation
