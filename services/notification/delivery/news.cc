// What the dispatcher hears of subscribers, endpoints, subscriptions and holds, and what that means
// to what waits.

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "clusterwire/notification/v1/hold.pb.h"

#include "libs/base/status/error.h"
#include "services/notification/channels/calendar/calendar_part.h"
#include "services/notification/delivery/dispatcher.h"
#include "services/notification/ledger/deliveries/bundles.h"
#include "services/notification/ledger/records/records.h"

namespace clusterwire::notification {

// Whether the endpoint's deliveries keep no order. Where that is another than it was, what waits is
// read anew.
bool Dispatcher::IsIndependent(const std::string& name) {
  const std::shared_ptr<const v1::Endpoint> endpoint = interests_.FindEndpoint(name);
  // Mails wait for no other: what goes together is gathered, and they come at different hours.
  const bool independent =
      endpoint != nullptr && (endpoint->independent() || endpoint->has_email());
  if (independent == independent_.contains(name)) return independent;
  if (independent) {
    independent_.insert(name);
  } else {
    independent_.erase(name);
  }
  queue_.Reread(name);
  return independent;
}

// Each of those is a root of its own, which waits for no other.
void Dispatcher::SetOrder(PendingDelivery& delivery) {
  if (IsIndependent(delivery.endpoint)) delivery.root = delivery.name;
}

// Its owner may have mended it, and may want another order.
void Dispatcher::TakeWritten(const std::string& name) {
  const std::shared_ptr<const v1::Endpoint> endpoint = interests_.FindEndpoint(name);
  if (endpoint == nullptr) return;
  const bool was = independent_.contains(name);
  if (IsIndependent(name) != was) rushed_.insert(name);
  if (endpoint->state() == v1::Endpoint::STATE_ENABLED) queue_.Forgive(name, clock_.Uptime());
}

// What waits for somebody who is gone is suppressed by who deleted it, or by a gate; until then
// nothing is to wait behind it.
void Dispatcher::TakeNews() {
  std::set<std::pair<std::string, Interests::News>> news;
  {
    MutexLock lock(mutex_);
    news.swap(news_);
  }
  for (const auto& [name, what] : news) {
    if (what == Interests::News::kEndpointWritten) {
      TakeWritten(name);
    } else if (what == Interests::News::kSubscriberResumed) {
      queue_.Reread(name);
    } else if (what == Interests::News::kHoldGone) {
      for (const std::string& endpoint : held_at_[name]) queue_.Reread(endpoint);
      held_at_.erase(name);
    } else if (what == Interests::News::kSubscriptionMoved) {
      moved_.insert(name);
    } else if (what == Interests::News::kSubscriptionSeesOther) {
      recut_[name] = {};
    } else if (what == Interests::News::kSubscriptionRescheduled) {
      rescheduled_.insert(name);
    } else {
      queue_.Drop(name);
      if (what == Interests::News::kEndpointGone) independent_.erase(name);
    }
  }
}

// Whether what stopped it still does: what has ended while that was written down is heard of no
// more.
bool Dispatcher::IsStopped(const Job& job) const {
  Job present = job;
  present.subscriber = interests_.FindSubscriber(store::RootOf(job.delivery.subscription));
  present.endpoint = interests_.FindEndpoint(job.delivery.endpoint);
  const auto holds = interests_.notes().holds();
  if (job.hold != nullptr && std::ranges::find(*holds, job.hold->name(), [](const auto& hold) {
                               return hold->name();
                             }) == holds->end()) {
    present.hold = nullptr;
  }
  const GateAnswer answer = AskGates(present);
  const auto* wait = std::get_if<Wait>(&answer);
  return wait != nullptr && wait->asleep;
}

// What a subscription has pending goes where it points now: in memory it is forgotten and read anew
// there. What is under way at the old endpoint stays, and comes here again if it fails.
absl::Status Dispatcher::FollowMoved() {
  for (size_t looks = std::min(kMoves, moved_.size()); looks > 0; --looks) {
    const std::string name = *moved_.begin();
    const std::shared_ptr<const Interest> interest = interests_.Find(name);
    std::vector<std::string> left;
    if (interest != nullptr) {
      std::set<std::string> under_way;
      for (const auto& [delivery, job] : under_way_) under_way.insert(delivery);
      queue_.Drop(name);
      const std::string& endpoint = interest->subscription.endpoint();
      ASSIGN_OR_RETURN(left, ledger_.Write([&](sql::Connection& connection) {
        return Deliveries(connection).MoveTo(endpoint, name, under_way, clock_.Now(), kMoved);
      }));
      queue_.MarkMore(endpoint);
    }
    if (!left.empty()) next_sweep_ = -absl::InfiniteDuration();  // what went with it
    if (left.size() < static_cast<size_t>(kMoved)) moved_.erase(name);
  }
  return absl::OkStatus();
}

// What a subscriber may no longer see is suppressed at once, and not only when it is due; what it
// may see stays as it is. In memory it is forgotten and read anew, as what has moved.
absl::Status Dispatcher::FollowRecut() {
  if (recut_.empty()) return absl::OkStatus();
  const std::string name = recut_.begin()->first;
  const PageKey after = recut_.begin()->second;
  std::vector<DeliveryResult> unseen;
  const absl::Time now = clock_.Now();
  const auto suppress = [&](sql::Connection& connection) -> absl::StatusOr<PageKey> {
    unseen.clear();
    PageKey last;
    ASSIGN_OR_RETURN(const std::vector<PendingDelivery> pending,
                     Deliveries(connection).PendingNotPublic(name, after, kRecut, now));
    std::vector<std::string> names;
    for (const PendingDelivery& delivery : pending) names.push_back(delivery.name);
    ASSIGN_OR_RETURN(auto standings, Deliveries(connection).StandingsOf(names));
    for (const PendingDelivery& delivery : pending) {
      last = {delivery.sequence, delivery.name};
      if (under_way_.contains(delivery.name)) continue;
      absl::StatusOr<KeptRecord> record = Records(connection).Load(delivery.change_id);
      if (absl::IsDataLoss(record.status())) continue;
      RETURN_IF_ERROR(record.status());
      ASSIGN_OR_RETURN(
          const auto job,
          WithInvitation(connection, interests_, standings[delivery.name].seen_by,
                         std::make_shared<const Job>(
                             JobOf(delivery, std::make_shared<const KeptRecord>(*std::move(record)),
                                   standings[delivery.name].seen_by, interests_, now))));
      const GateAnswer answer = AskGates(*job);
      const auto* drop = std::get_if<Drop>(&answer);
      if (drop == nullptr) continue;
      unseen.push_back({.delivery = delivery.name,
                        .state = v1::Delivery::STATE_SUPPRESSED,
                        .reason = drop->reason,
                        .time = now});
    }
    RETURN_IF_ERROR(Deliveries(connection).SetResults(unseen).status());
    if (!unseen.empty()) RETURN_IF_ERROR(Bundles(connection).Heal("", now).status());
    if (pending.size() < static_cast<size_t>(kRecut)) last = {};
    return last;
  };
  ASSIGN_OR_RETURN(const PageKey through, ledger_.Write(suppress));
  for (const DeliveryResult& result : unseen) metrics_.Count(result, now);
  if (const auto interest = interests_.Find(name); interest != nullptr && !unseen.empty()) {
    queue_.Drop(name);
    queue_.MarkMore(interest->subscription.endpoint());
  }
  recut_[name] = through;
  if (through.name.empty()) recut_.erase(name);
  return absl::OkStatus();
}

// What waits for an hour that is no longer its own is looked at again.
absl::Status Dispatcher::FollowRescheduled() {
  for (size_t looks = std::min(kMoves, rescheduled_.size()); looks > 0; --looks) {
    const std::string name = *rescheduled_.begin();
    if (const std::shared_ptr<const Interest> interest = interests_.Find(name)) {
      RETURN_IF_ERROR(ledger_.Write([&](sql::Connection& connection) {
        return Deliveries(connection).Hasten(name, clock_.Now());
      }));
      queue_.Drop(name);
      queue_.MarkMore(interest->subscription.endpoint());
    }
    rescheduled_.erase(name);
  }
  return absl::OkStatus();
}

// Mails wait for hours of the day. When the clock is set forward, or the machine has slept, theirs
// come sooner than the uptime says: what waits for them is read anew.
void Dispatcher::FollowClock() {
  constexpr absl::Duration kLeap = absl::Seconds(5);
  const absl::Time began = clock_.Now() - clock_.Uptime();
  const absl::Duration leap = began - std::exchange(uptime_began_, began);
  if (leap < kLeap) return;
  std::vector<std::string> mailboxes;
  interests_.ForEachEndpoint([&](const v1::Endpoint& endpoint) {
    if (endpoint.has_email()) mailboxes.push_back(endpoint.name());
  });
  for (const std::string& mailbox : mailboxes) {
    queue_.Drop(mailbox);
    queue_.MarkMore(mailbox);
  }
}

}  // namespace clusterwire::notification
