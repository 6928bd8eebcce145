#include "tests/simulation/checker.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/base/json.h"
#include "libs/base/status/error.h"
#include "libs/change/record.h"
#include "services/notification/ledger/deliveries/deliveries.h"
#include "services/notification/ledger/inbox/inbox.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::simulation {
namespace {

using notification::v1::Delivery;

constexpr int kMostOfAKind = 3;

// By subscription and change.
using Key = std::pair<std::string, std::string>;

class Checker {
 public:
  explicit Checker(const Outcome& outcome) : outcome_(outcome) {}

  std::vector<std::string> Run() {
    for (const change::v1::ResourceChanged& change : outcome_.world.changes()) {
      changes_[change::IdOf(change)] = &change;
    }
    for (const Reader& reader : outcome_.world.readers()) {
      readers_[reader.subscription.name()] = &reader;
      Expect(reader);
    }
    CheckRows();
    CheckReceipts();
    CheckOrder();
    CheckInboxes();
    CheckMails(outcome_, breaches_);
    return breaches_.Take();
  }

 private:
  void Broken(const std::string& kind, const std::string& what) { breaches_.Add(kind, what); }

  // Asks the reader's filter about every change, with the definition of a filter alone.
  void Expect(const Reader& reader) {
    filter::Viewer viewer = filter::Viewer::Public();
    if (reader.granted) viewer.members = {"programmes/p"};
    const auto predicate = notification::CompileSubscription(reader.subscription, viewer);
    if (!predicate.ok()) return Broken("filter", predicate.status().ToString());
    for (const change::v1::ResourceChanged& change : outcome_.world.changes()) {
      const filter::Transition transition =
          filter::TransitionOf(change.has_before() && predicate->Matches(change.before()),
                               change.has_after() && predicate->Matches(change.after()));
      const bool wanted =
          transition != filter::Transition::kNone &&
          notification::Wants(reader.subscription, transition, change.kind(), change.quiet());
      if (wanted) expected_.insert({reader.subscription.name(), change::IdOf(change)});
    }
  }

  // Whether the reader may not see the resource as some later change left it.
  bool HiddenSince(const Reader& reader, const change::v1::ResourceChanged& change) const {
    if (reader.granted) return false;
    return std::ranges::any_of(outcome_.world.changes(), [&](const auto& later) {
      return later.name() == change.name() && later.revision() > change.revision() &&
             later.after().has_audience();
    });
  }

  bool MayBeSuppressed(const Delivery& row, const Reader& reader,
                       const change::v1::ResourceChanged& change) const {
    if (absl::StartsWith(row.reason(), "audience: ")) return HiddenSince(reader, change);
    if (!reader.endpoint.has_email()) return false;
    if (absl::StartsWith(row.reason(), "consent: ")) return !reader.consented;
    if (absl::StartsWith(row.reason(), "past: ")) return HiddenSince(reader, change);
    return absl::StartsWith(row.reason(), "merged: ");  // the mail of that is looked for
  }

  void CheckRows() {
    std::set<Key> found;
    for (const Delivery& row : outcome_.deliveries) {
      const Key key{row.subscription(), row.change()};
      rows_[row.name()] = &row;
      if (row.transition() == notification::v1::TRANSITION_CORRECTED) {
        CheckCorrection(row);
        continue;
      }
      if (!found.insert(key).second) Broken("one row each", row.ShortDebugString());
      if (!expected_.contains(key)) Broken("nothing without a match", row.ShortDebugString());
      if (row.attempts() == 0 && row.reason().empty()) {
        Broken("a try or a reason", row.ShortDebugString());
      }
      CheckState(row);
    }
    for (const Key& key : expected_) {
      if (!found.contains(key)) Broken("a row for each match", key.first + " " + key.second);
    }
  }

  // Of an event that is in the reader's calendar, whether or not it concerns their filter.
  void CheckCorrection(const Delivery& row) {
    const auto reader = readers_.find(row.subscription());
    const bool invited = reader != readers_.end() && reader->second->subscription.calendar() ==
                                                         notification::v1::CALENDAR_MODE_INVITE;
    if (!invited) Broken("a correction for who was invited", row.ShortDebugString());
    if (row.state() == Delivery::STATE_PENDING) {
      Broken("all is handed over in the end", row.ShortDebugString());
    }
  }

  void CheckState(const Delivery& row) {
    const auto reader = readers_.find(row.subscription());
    const auto change = changes_.find(row.change());
    if (reader == readers_.end() || change == changes_.end()) return;
    switch (row.state()) {
      case Delivery::STATE_DELIVERED:
        break;
      case Delivery::STATE_SUPPRESSED:
        if (!MayBeSuppressed(row, *reader->second, *change->second)) {
          Broken("suppressed for its reason", row.ShortDebugString());
        }
        break;
      case Delivery::STATE_DEAD:
        if (!absl::StartsWith(row.reason(), "given up after ")) {
          Broken("given up for its reason", row.ShortDebugString());
        }
        break;
      default:
        Broken("all is handed over in the end", row.ShortDebugString());
    }
  }

  void CheckReceipts() {
    std::map<std::string, const Receipt*> taken;  // the last, by delivery
    for (const Receipt& receipt : outcome_.receipts) {
      const auto row = rows_.find(receipt.id);
      if (row == rows_.end() || row->second->subscription() != receipt.subscription ||
          row->second->change() != receipt.change || row->second->endpoint() != receipt.endpoint) {
        Broken("sent is what was matched", receipt.body);
        continue;
      }
      const auto before = taken.find(receipt.id);
      if (before != taken.end() && before->second->life == receipt.life) {
        Broken("sent once but for a kill", receipt.body);
      }
      if (receipt.taken) taken[receipt.id] = &receipt;
      CheckAudience(receipt);
    }
    for (const auto& [name, row] : rows_) {
      const bool webhook = absl::StrContains(row->endpoint(), "/endpoints/w");
      if (webhook && row->state() == Delivery::STATE_DELIVERED && !taken.contains(name)) {
        Broken("delivered is what was taken", row->ShortDebugString());
      }
    }
  }

  void CheckAudience(const Receipt& receipt) {
    if (readers_.at(receipt.subscription)->granted) return;
    const auto facts = nlohmann::json::parse(receipt.body)["data"]["facts"];
    for (const char* image : {"before", "after"}) {
      if (facts.contains(image) && facts[image].contains("audience")) {
        Broken("nothing is shown that may not be seen", receipt.body);
      }
    }
  }

  // Of an endpoint and a root, what came first is told first.
  void CheckOrder() {
    std::map<std::pair<std::string, std::string>, int64_t> last;
    std::set<std::string> seen;
    for (const Receipt& receipt : outcome_.receipts) {
      const auto change = changes_.find(receipt.change);
      if (change == changes_.end() || !seen.insert(receipt.id).second) continue;
      int64_t& revision = last[{receipt.endpoint, change->second->root()}];
      if (change->second->revision() < revision) Broken("in order", receipt.body);
      revision = std::max(revision, change->second->revision());
    }
  }

  void CheckInboxes() {
    std::map<std::string, int> items;  // by delivery
    for (const auto& [subscriber, inbox] : outcome_.inboxes) {
      int64_t number = 0;
      std::map<std::string, int64_t> last;  // revision, by root
      for (const auto& item : inbox) {
        if (item.sequence() != ++number) Broken("an inbox without gaps", item.ShortDebugString());
        if (++items[item.delivery()] > 1) Broken("an item once", item.ShortDebugString());
        int64_t& revision = last[item.change().root()];
        if (item.change().revision() < revision) Broken("in order", item.ShortDebugString());
        revision = item.change().revision();
        const auto row = rows_.find(item.delivery());
        if (row == rows_.end() || row->second->state() != Delivery::STATE_DELIVERED) {
          Broken("an item for its delivery", item.ShortDebugString());
        }
      }
    }
    for (const auto& [name, row] : rows_) {
      const bool inbox = absl::EndsWith(row->endpoint(), "/endpoints/inbox");
      if (inbox && row->state() == Delivery::STATE_DELIVERED && !items.contains(name)) {
        Broken("a delivery has its item", row->ShortDebugString());
      }
    }
  }

  const Outcome& outcome_;
  std::map<std::string, const change::v1::ResourceChanged*> changes_;  // by ce_id
  std::map<std::string, const Reader*> readers_;                       // by subscription
  std::set<Key> expected_;
  std::map<std::string, const Delivery*> rows_;  // by name
  Breaches breaches_;
};

// The value, or the end of the program.
template <typename T>
T Need(absl::StatusOr<T> value) {
  if (!value.ok()) std::abort();
  return *std::move(value);
}

}  // namespace

void Breaches::Add(const std::string& kind, const std::string& what) {
  if (++counts_[kind] <= kMostOfAKind) sentences_.push_back(absl::StrCat(kind, ": ", what));
}

Outcome Read(sql::Database& database, const World& world, std::vector<Receipt> receipts,
             std::vector<Mail> mails) {
  constexpr int kPage = 5000;
  Outcome outcome{.world = world, .receipts = std::move(receipts), .mails = std::move(mails)};
  const auto ledger = Need(notification::Ledger::Open(database));
  notification::DeliveryQuery query{.limit = kPage};
  while (true) {
    const auto page = Need(ledger->Read([&](sql::Connection& connection) {
      return notification::Deliveries(connection).List(query);
    }));
    outcome.deliveries.insert(outcome.deliveries.end(), page.begin(), page.end());
    if (page.size() < static_cast<size_t>(kPage)) break;
    query.after = notification::PageKeyOf(page.back());
  }
  for (const Reader& reader : world.readers()) {
    auto& inbox = outcome.inboxes[reader.subscriber.name()];
    while (true) {
      const int64_t after = inbox.empty() ? 0 : inbox.back().sequence();
      const auto page = Need(ledger->Read([&](sql::Connection& connection) {
        return notification::Inbox(connection).After(reader.subscriber.name(), after, kPage);
      }));
      inbox.insert(inbox.end(), page.begin(), page.end());
      if (page.size() < static_cast<size_t>(kPage)) break;
    }
  }
  return outcome;
}

std::vector<std::string> Check(const Outcome& outcome) { return Checker(outcome).Run(); }

}  // namespace clusterwire::simulation
