// What the dispatcher hears of subscribers, endpoints, subscriptions and holds, and what that means
// to what waits.

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "clusterwire/notification/v1/hold.pb.h"

#include "services/notification/delivery/dispatcher.h"

namespace clusterwire::notification {

// Whether the endpoint's deliveries keep no order. Where that is another than it was, what waits is
// read anew.
bool Dispatcher::IsIndependent(const std::string& name) {
  const std::shared_ptr<const v1::Endpoint> endpoint = interests_.FindEndpoint(name);
  const bool independent = endpoint != nullptr && endpoint->independent();
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

}  // namespace clusterwire::notification
