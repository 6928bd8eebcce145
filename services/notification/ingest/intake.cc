#include "services/notification/ingest/intake.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/telemetry/log.h"
#include "libs/telemetry/trace.h"
#include "services/notification/channels/calendar/entry.h"
#include "services/notification/ingest/corrections.h"
#include "services/notification/ingest/message.h"
#include "services/notification/ledger/records/dead_letters.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {
Intake::Intake(Options options, Ledger& ledger, Interests& interests, AtOnce& at_once, Clock& clock,
               IngestMetrics metrics, Offer offer, Reload reload)
    : options_(options),
      ledger_(ledger),
      interests_(interests),
      at_once_(at_once),
      clock_(clock),
      metrics_(metrics),
      offer_(std::move(offer)),
      reload_(std::move(reload)) {}

absl::Status Intake::Take(std::span<const kafka::ReceivedMessage> messages) {
  MutexLock lock(mutex_);
  const absl::Time begun = clock_.Now();
  const absl::Status status = TakeAll(messages, /*move=*/true);
  metrics_.batch_seconds.Observe(clock_.Now() - begun);
  if (!status.ok()) {
    metrics_.errors.Add();
    unannounced_ = true;
  }
  return status;
}

void Intake::Rejoin() {
  MutexLock lock(mutex_);
  prepared_ = false;
}

absl::StatusOr<std::string> Intake::Redrive(std::string_view dead_letter) {
  MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const kafka::ReceivedMessage message,
                   ledger_.Read([&](sql::Connection& connection) {
                     return DeadLetters(connection).Load(dead_letter);
                   }));
  const absl::StatusOr<KeptRecord> read = ReadRecord(message, clock_.Now());
  if (!read.ok()) {
    return Error(absl::StatusCode::kFailedPrecondition, "RECORD_UNREADABLE",
                 absl::StrCat("it still can't be read: ", read.status().message()));
  }
  RETURN_IF_ERROR(TakeAll({&message, 1}, /*move=*/false));
  RETURN_IF_ERROR(ledger_.Write(
      [&](sql::Connection& connection) { return DeadLetters(connection).Remove(dead_letter); }));
  return read->id;
}

absl::Status Intake::TakeAll(std::span<const kafka::ReceivedMessage> messages, bool move) {
  RETURN_IF_ERROR(Prepare());
  std::vector<Item> items;
  size_t matches = 0;
  for (const kafka::ReceivedMessage& message : messages) {
    items.push_back(ItemOf(message));
    matches += items.back().matches.size();
    if (matches < options_.in_hand) continue;
    RETURN_IF_ERROR(WriteAll(items, move));
    items.clear();
    matches = 0;
  }
  return WriteAll(items, move);
}

absl::Status Intake::WriteAll(std::span<Item> items, bool move) {
  while (!items.empty()) {
    Added added;
    ASSIGN_OR_RETURN(const size_t done, ledger_.Write([&](sql::Connection& connection) {
      return WriteSome(connection, items, move, &added);
    }));
    items = items.subspan(done);
    Announce(std::move(added));
  }
  return absl::OkStatus();
}

// So that a subscription hears of all that arrives after it was answered, and of what its
// subscriber may see once that is known at all; and so that the sequence rises over restarts and
// from replica to replica and doesn't depend on their clocks.
absl::Status Intake::Prepare() {
  RETURN_IF_ERROR(interests_.grants().CheckComplete());
  RETURN_IF_ERROR(interests_.CatchUp(clock_.Now() + options_.catch_up_limit).status());
  if (prepared_) return absl::OkStatus();
  ASSIGN_OR_RETURN(last_sequence_, ledger_.Read([](sql::Connection& connection) {
    return Deliveries(connection).LastSequence();
  }));
  prepared_ = true;
  return absl::OkStatus();
}

Intake::Item Intake::ItemOf(const kafka::ReceivedMessage& message) {
  Item item{.message = &message, .error = {}, .record = {}, .matches = {}};
  absl::StatusOr<KeptRecord> read = ReadRecord(message, clock_.Now());
  if (!read.ok()) {
    item.error = read.status();
    telemetry::LogWarning("record set aside", {{"partition", kafka::ToString(message.from)},
                                               {"offset", message.offset},
                                               {"error", item.error}});
    return item;
  }
  item.record = std::make_shared<const KeptRecord>(*std::move(read));
  const KeptRecord& record = *item.record;
  last_sequence_ = std::max(absl::ToUnixMicros(record.received), last_sequence_ + 1);
  item.sequence = last_sequence_;
  item.matches = MatchesOf(record);
  const telemetry::TraceScope trace(
      telemetry::TraceContext::Parse(record.trace).value_or(telemetry::TraceContext()));
  telemetry::LogInfo("record matched", {{"change", record.id},
                                        {"kind", record.change.kind()},
                                        {"resource", record.change.name()},
                                        {"matched", item.matches.size()}});
  return item;
}

std::vector<Intake::Match> Intake::MatchesOf(const KeptRecord& record) const {
  std::vector<Match> matches;
  const auto add = [&](const v1::Subscription& subscription, filter::Transition transition) {
    matches.push_back(
        {.subscription = subscription.name(),
         .made = WhenMade(subscription),
         .endpoint = subscription.endpoint(),
         .transition = ToProto(transition),
         .names_kind = absl::c_linear_search(subscription.kinds(), record.change.kind())});
  };
  interests_.ForEach(record.change, add);
  std::ranges::sort(matches, {}, &Match::subscription);
  return matches;
}

PendingDelivery Intake::DeliveryOf(const Item& item, const Match& match) {
  const KeptRecord& record = *item.record;
  return {.name = DeliveryName(match.subscription, record.id),
          .change_id = record.id,
          .root = record.change.root(),
          .subscription = match.subscription,
          .subscription_made = match.made,
          .endpoint = match.endpoint,
          .transition = match.transition,
          .sequence = item.sequence,
          .created = record.received};
}

// Gives how many items are done with; the next of them may be under way.
absl::StatusOr<size_t> Intake::WriteSome(sql::Connection& connection, std::span<Item> items,
                                         bool move, Added* added) {
  std::map<kafka::TopicPartition, TopicPosition> positions;
  size_t budget = options_.rows;
  size_t done = 0;
  while (done < items.size() && budget > 0) {
    Item& item = items[done];
    if (item.error.ok()) {
      RETURN_IF_ERROR(AddCorrections(connection, item));
      ASSIGN_OR_RETURN(const bool closed, WriteRecord(connection, item, &budget, added));
      if (!closed) break;
    } else {
      RETURN_IF_ERROR(DeadLetters(connection).Add(*item.message, item.error, clock_.Now()));
      ++added->dead_letters;
    }
    if (move) {
      TopicPosition& position = positions[item.message->from];
      position.next_offset = item.message->offset + 1;
      position.digest = DigestOf(*item.message);
      if (item.error.ok()) {
        position.history = item.record->change.history_id();
        position.revision = item.record->change.revision();
        position.since = ToTime(item.record->change.time());
      }
    }
    ++done;
  }
  for (const auto& [partition, position] : positions) {
    RETURN_IF_ERROR(TopicPositions(connection).Move(partition, position));
  }
  RETURN_IF_ERROR(at_once_.Write(connection, added->done));
  return done;
}

// In the transaction, since an invitation may have been written by the record before. Repeatable.
absl::Status Intake::AddCorrections(sql::Connection& connection, Item& item) const {
  std::erase_if(item.matches,
                [](const Match& match) { return match.transition == v1::TRANSITION_CORRECTED; });
  std::set<std::string_view> matched;
  if (!UidOf(item.record->change).empty()) {
    for (const Match& match : item.matches) matched.insert(match.subscription);
  }
  ASSIGN_OR_RETURN(const std::vector<Correction> corrections,
                   CorrectionsOf(connection, interests_, item.record->change, matched));
  if (corrections.empty()) return absl::OkStatus();
  for (const Correction& correction : corrections) {
    item.matches.push_back({.subscription = correction.subscription,
                            .made = correction.made,
                            .endpoint = correction.endpoint,
                            .transition = v1::TRANSITION_CORRECTED});
  }
  std::ranges::sort(item.matches, {}, &Match::subscription);
  return absl::OkStatus();
}

// Inserts as many of the record's deliveries as `budget` allows; true when none is missing. A new
// record whose deliveries all fit is written once, closed.
absl::StatusOr<bool> Intake::WriteRecord(sql::Connection& connection, const Item& item,
                                         size_t* budget, Added* added) {
  const KeptRecord& record = *item.record;
  const bool fits = item.matches.size() <= *budget;
  MatchProgress progress;
  if (fits) {
    progress = {
        .matched = static_cast<int64_t>(item.matches.size()), .through = {}, .closed = true};
  }
  ASSIGN_OR_RETURN(const std::optional<MatchProgress> earlier,
                   Records(connection).Keep(record, progress));
  if (earlier && earlier->closed) {
    ++added->repeated;
    return true;
  }
  ASSIGN_OR_RETURN(const bool newest, Records(connection).NoteNewest(record.change));
  auto next = item.matches.begin();
  if (earlier) {
    next = std::ranges::upper_bound(item.matches, earlier->through, {}, &Match::subscription);
  }
  std::vector<PendingDelivery> pending;
  std::vector<PendingDelivery> superseded;
  MatchProgress after = earlier.value_or(MatchProgress());
  for (; next != item.matches.end() && *budget > 0; ++next, --*budget) {
    (newest || next->names_kind ? pending : superseded).push_back(DeliveryOf(item, *next));
    ++after.matched;
    ++added->matched;
    after.through = next->subscription;
  }
  after.closed = next == item.matches.end();
  RETURN_IF_ERROR(ExpectInvitations(connection, interests_, record, pending));
  if (newest) {
    ASSIGN_OR_RETURN(pending,
                     at_once_.Insert(connection, item.record, std::move(pending), &added->done));
  }
  RETURN_IF_ERROR(Deliveries(connection).Insert(pending, ""));
  RETURN_IF_ERROR(Deliveries(connection).Insert(superseded, "superseded"));
  if (earlier || !fits) RETURN_IF_ERROR(Records(connection).SetProgress(record.id, after));
  if (after.closed) {
    ++added->kept;
    if (!newest) ++added->superseded;
  }
  Committed& committed = added->committed;
  if (newest) {
    for (PendingDelivery& delivery : pending) delivery.offered = clock_.Uptime();
    committed.newest.push_back(item.record);
  }
  std::move(pending.begin(), pending.end(), std::back_inserter(committed.pending));
  return after.closed;
}

void Intake::Announce(Added added) {
  metrics_.kept.Add(added.kept);
  metrics_.repeated.Add(added.repeated);
  metrics_.dead_letters.Add(added.dead_letters);
  metrics_.superseded.Add(added.superseded);
  metrics_.matched.Add(static_cast<double>(added.matched));
  at_once_.Written(added.done);
  // First, so that what an earlier transaction may have committed goes out before what follows it.
  if (std::exchange(unannounced_, false)) reload_();
  if (!added.committed.newest.empty() || !added.committed.pending.empty()) {
    offer_(std::move(added.committed));
  }
}

}  // namespace clusterwire::notification
