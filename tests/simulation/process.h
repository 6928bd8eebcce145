#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libs/base/testing/temp_dir.h"
#include "libs/http/client.h"
#include "libs/sql/database.h"
#include "libs/store/store.h"
#include "libs/telemetry/metrics.h"
#include "services/notification/delivery/dispatcher.h"
#include "services/notification/grants/grants.h"
#include "services/notification/ingest/intake.h"
#include "services/notification/resources/subscribers/interests.h"
#include "tests/simulation/mortal_database.h"
#include "tests/simulation/sim_clock.h"
#include "tests/simulation/sinks.h"
#include "tests/simulation/world.h"

namespace clusterwire::simulation {

// What outlives a process: its databases, with the readers in them.
class Data {
 public:
  // What the service is told of a reader, where that is not what is true of them: a fault.
  using Distort = std::function<void(Reader&)>;

  Data(const World& world, Clock& clock, Random& random, const Distort& distort);

  sql::Database& store() { return *store_; }
  sql::Database& ledger() { return *ledger_; }

 private:
  TempDir folder_;
  std::unique_ptr<sql::Database> store_;
  std::unique_ptr<sql::Database> ledger_;
};

// The notification service over them, without a network but to its receivers. A test may put
// channels of its own around the real ones.
class Process {
 public:
  using Wrap = std::function<void(notification::Channels&)>;

  // The arguments outlive it. `life`: which process it is; receivers see it as the user agent.
  Process(Data& data, const World& world, MailSink& mails, Clock& clock, Random& random,
          const Wrap& wrap, int life);
  ~Process();

  // Takes messages from where the ledger says that reading goes on; of `lose_every`, unless that is
  // 0, one is lost. False when it was killed.
  bool Take(const std::vector<kafka::ReceivedMessage>& topic, int lose_every);
  // Killed at its `transactions`th transaction from now: from there on it writes nothing.
  void DieIn(int transactions) { database_.DieIn(transactions); }
  bool dead() const { return database_.dead(); }
  // Threads that wait for the clock: the dispatcher's, the one that follows subscriptions, and the
  // store's that writes.
  static constexpr size_t kThreads = 3;
  // What is under way to receivers now.
  int under_way() const { return dispatcher_->usage().taken; }
  notification::Interests& interests() { return *interests_; }

 private:
  const World& world_;
  Clock& clock_;
  telemetry::Metrics metrics_;
  MortalDatabase database_;  // the ledger's
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<notification::Ledger> ledger_;
  notification::Grants grants_;
  std::unique_ptr<notification::Interests> interests_;
  notification::InboxSignal signal_;
  std::optional<http::Client> client_;
  notification::Channels channels_;
  std::optional<notification::Dispatcher> dispatcher_;
  std::optional<notification::AtOnce> at_once_;
  std::optional<notification::Intake> intake_;
};

}  // namespace clusterwire::simulation
