// What the dispatcher does for mails: which of them go together is the gatherer's to say.

#include <algorithm>
#include <memory>
#include <utility>

#include "libs/base/status/error.h"
#include "services/notification/delivery/dispatcher.h"

namespace clusterwire::notification {

// Mails wait for no other: what goes together is gathered, and they come at different hours.
void Dispatcher::SetOrder(PendingDelivery& delivery) const {
  const std::shared_ptr<const v1::Endpoint> endpoint = interests_.FindEndpoint(delivery.endpoint);
  if (endpoint != nullptr && endpoint->has_email()) delivery.root = delivery.name;
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

// Which mails go out now, and with what, is decided in one transaction for many of them.
absl::Status Dispatcher::StartMails() {
  const std::vector<std::shared_ptr<const Job>> mails = std::exchange(mails_, {});
  std::span<const std::shared_ptr<const Job>> rest = mails;
  absl::Status status;
  while (!rest.empty()) {
    const auto some = rest.first(std::min(kMails, rest.size()));
    rest = rest.subspan(some.size());
    absl::StatusOr<std::vector<Gatherer::Step>> steps = std::vector<Gatherer::Step>();
    if (status.ok()) {
      steps = ledger_.Write(
          [&](sql::Connection& connection) -> absl::StatusOr<std::vector<Gatherer::Step>> {
            std::vector<Gatherer::Step> taken;
            for (const auto& job : some) {
              ASSIGN_OR_RETURN(taken.emplace_back(), StepOf(connection, *job));
            }
            return taken;
          });
      status = steps.status();
    }
    for (size_t i = 0; i < some.size(); ++i) {
      if (status.ok()) {
        TakeStep((*steps)[i], some[i]->delivery.name);
      } else {
        under_way_.erase(some[i]->delivery.name);
        queue_.Postpone(some[i]->delivery, clock_.Uptime());
      }
    }
  }
  return status;
}

absl::StatusOr<Gatherer::Step> Dispatcher::StepOf(sql::Connection& connection,
                                                  const Job& job) const {
  const GateAnswer answer = AskGates(job);
  const auto* wait = std::get_if<Wait>(&answer);
  return wait != nullptr ? gatherer_.StandAside(connection, job, *wait)
                         : gatherer_.Decide(connection, job);
}

void Dispatcher::TakeStep(const Gatherer::Step& step, const std::string& name) {
  for (const DeliveryResult& ended : step.ended) metrics_.Count(ended, ended.time);
  if (step.freed) next_sweep_ = -absl::InfiniteDuration();
  const std::shared_ptr<const Job>& job = step.job;
  if (step.what == Gatherer::Step::What::kLeave) {
    under_way_.erase(name);
    queue_.Remove(job->delivery);
    return;
  }
  under_way_[name] = job;
  if (step.what == Gatherer::Step::What::kWait) {
    EndUntried(*job, v1::Delivery::STATE_PENDING, step.reason,
               std::max(absl::ZeroDuration(), step.until - clock_.Now()));
  } else if (step.what == Gatherer::Step::What::kSuppress) {
    EndUntried(*job, v1::Delivery::STATE_SUPPRESSED, step.reason);
  } else {
    Send(job);
  }
}

}  // namespace clusterwire::notification
