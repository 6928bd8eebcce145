#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "clusterwire/notification/v1/delivery.pb.h"
#include "clusterwire/notification/v1/inbox.pb.h"

#include "libs/sql/database.h"
#include "tests/simulation/sinks.h"
#include "tests/simulation/world.h"

namespace clusterwire::simulation {

// What is left behind when all is over.
struct Outcome {
  const World& world;
  std::vector<notification::v1::Delivery> deliveries = {};
  std::map<std::string, std::vector<notification::v1::InboxItem>> inboxes = {};  // by subscriber
  std::vector<Receipt> receipts = {};  // in the order in which they came
  std::vector<Mail> mails = {};        // likewise
};

// What the ledger and the inboxes hold.
Outcome Read(sql::Database& ledger, const World& world, std::vector<Receipt> receipts,
             std::vector<Mail> mails);

// Counts what is broken by its kind, and keeps a few sentences of each.
class Breaches {
 public:
  void Add(const std::string& kind, const std::string& what);
  std::vector<std::string> Take() { return std::move(sentences_); }

 private:
  std::map<std::string, int> counts_;
  std::vector<std::string> sentences_;
};

// What holds of mails alone: see mail_checker.cc.
void CheckMails(const Outcome& outcome, Breaches& breaches);

// The promises that were broken, a sentence each; at most a few of each kind. It asks every filter
// about every change, and knows nothing of matchers, queues and transactions.
std::vector<std::string> Check(const Outcome& outcome);

}  // namespace clusterwire::simulation
