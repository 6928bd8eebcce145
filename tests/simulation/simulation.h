#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/base/testing/seed.h"
#include "tests/simulation/checker.h"
#include "tests/simulation/process.h"
#include "tests/simulation/sim_clock.h"
#include "tests/simulation/sinks.h"
#include "tests/simulation/world.h"

namespace clusterwire::simulation {

// Lets days pass, with all that a seed puts into them.
class Simulation {
 public:
  struct Options {
    uint64_t seed = 1;
    int readers = 200;
    int days = 21;
    bool kills = true;        // of processes
    bool clock_steps = true;  // of the wall clock
    bool single_mails = false;
    Process::Wrap wrap = {};     // faults around the channels
    Data::Distort distort = {};  // and in what the service is told
    // Of every so many messages one never reaches the service: a fault. 0: none.
    int lose_every = 0;
  };

  explicit Simulation(Options options);

  // Promises that were broken: none.
  std::vector<std::string> Run();

  size_t changes() const { return world_.changes().size(); }
  int kills() const { return kills_; }
  size_t receipts() const { return webhooks_.receipts().size(); }
  size_t mails() const { return mails_.mails().size(); }

 private:
  void Hour(int changes);
  void Disturb();
  // Until nothing is under way and all wait for a later moment; a killed process is followed by
  // another.
  void Settle();
  void Restart();
  void CheckBalance();
  int64_t Pending();

  const Options options_;
  SeededRandom random_;       // of what happens
  SeededRandom sink_random_;  // of threads
  SeededRandom own_random_;
  SimClock clock_;
  World world_;
  WebhookSink webhooks_;
  MailSink mails_{clock_};
  std::unique_ptr<Data> data_;
  std::unique_ptr<Process> process_;
  std::vector<kafka::ReceivedMessage> topic_;
  std::vector<std::string> broken_;
  int kills_ = 0;
};

}  // namespace clusterwire::simulation
