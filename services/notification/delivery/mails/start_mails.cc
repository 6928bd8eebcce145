// What the dispatcher does for mails: which of them go together is the gatherer's to say.

#include <algorithm>
#include <memory>
#include <utility>

#include "clusterwire/notification/v1/hold.pb.h"

#include "libs/base/status/error.h"
#include "services/notification/delivery/dispatcher.h"

namespace clusterwire::notification {

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
    const absl::Duration pause = std::max(absl::ZeroDuration(), step.until - clock_.Now());
    const bool stopped = IsStopped(*job);
    if (stopped && job->hold != nullptr) {
      held_at_[job->hold->name()].insert(job->delivery.endpoint);
    }
    EndUntried(*job, v1::Delivery::STATE_PENDING, step.reason,
               stopped ? absl::ZeroDuration() : pause, pause);
  } else if (step.what == Gatherer::Step::What::kSuppress) {
    EndUntried(*job, v1::Delivery::STATE_SUPPRESSED, step.reason);
  } else {
    Send(job);
  }
}

}  // namespace clusterwire::notification
