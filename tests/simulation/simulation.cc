#include "tests/simulation/simulation.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

#include "services/notification/ledger/balance.h"

namespace clusterwire::simulation {
namespace {

// A Monday in winter.
const absl::Time kStart = absl::FromUnixSeconds(1'736'121'600);
constexpr int kHoursOfADay = 24;
constexpr int kMostDaysBehind = 9;  // until the last digest, and the last try of all that failed

}  // namespace

Simulation::Simulation(Options options)
    : options_(std::move(options)),
      random_(options_.seed),
      sink_random_(options_.seed + 1),
      own_random_(options_.seed + 2),
      clock_(kStart),
      world_(random_, options_.readers, options_.single_mails),
      webhooks_(clock_, sink_random_) {
  world_.SetReceiver(webhooks_.url());
  data_ = std::make_unique<Data>(world_, clock_, own_random_, options_.distort);
  process_ =
      std::make_unique<Process>(*data_, world_, mails_, clock_, own_random_, options_.wrap, kills_);
}

std::vector<std::string> Simulation::Run() {
  for (int day = 0; day < options_.days; ++day) {
    webhooks_.Fail(random_.Below(4) == 0 ? 60 : 5);
    for (int hour = 0; hour < kHoursOfADay; ++hour) {
      Disturb();
      Hour(static_cast<int>(random_.Below(3)));
    }
    CheckBalance();
  }
  webhooks_.Fail(0);
  for (int hour = 0; hour < kMostDaysBehind * kHoursOfADay && Pending() > 0; ++hour) Hour(0);
  process_.reset();
  CheckBalance();
  for (std::string& sentence :
       Check(Read(data_->ledger(), world_, webhooks_.receipts(), mails_.mails()))) {
    broken_.push_back(std::move(sentence));
  }
  return broken_;
}

void Simulation::Disturb() {
  if (options_.kills && random_.Below(12) == 0) {
    process_->DieIn(static_cast<int>(random_.Below(15)));
  }
  if (options_.clock_steps && random_.Below(24) == 0) {
    // Back towards what it is, or away by up to two hours.
    const auto minutes = static_cast<int64_t>(random_.Below(240)) - 120;
    clock_.Step(random_.Below(2) == 0 ? -clock_.error() : absl::Minutes(minutes));
  }
}

void Simulation::Hour(int changes) {
  for (kafka::ReceivedMessage& message : world_.Happen(changes, clock_.Now())) {
    topic_.push_back(std::move(message));
  }
  clock_.Advance(absl::Hours(1));
  while (!process_->Take(topic_, options_.lose_every)) Restart();
  Settle();
}

void Simulation::Settle() {
  do {
    clock_.Settle(Process::kThreads);
    if (process_->dead()) Restart();
  } while (process_->under_way() > 0 || process_->dead());
}

void Simulation::Restart() {
  process_.reset();
  ++kills_;
  process_ =
      std::make_unique<Process>(*data_, world_, mails_, clock_, own_random_, options_.wrap, kills_);
  while (!process_->Take(topic_, options_.lose_every)) {
  }
  clock_.Settle(Process::kThreads);
}

void Simulation::CheckBalance() {
  const auto balance = sql::InTransaction(
      data_->ledger(), sql::Transaction::Kind::kRead,
      [](sql::Connection& connection) { return notification::Balance(connection).OfAll(); });
  if (!balance.ok()) {
    broken_.push_back(balance.status().ToString());
  } else if (balance->difference() != 0) {
    broken_.push_back(absl::StrCat("the ledger balances: ", balance->ShortDebugString()));
  }
}

int64_t Simulation::Pending() {
  const auto pending = sql::InTransaction(
      data_->ledger(), sql::Transaction::Kind::kRead,
      [](sql::Connection& connection) { return notification::Balance(connection).Pending(); });
  return pending.value_or(1);
}

}  // namespace clusterwire::simulation
