#include "services/notification/delivery/gates.h"

#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {
namespace {

// Does the subscriber still want it? The subscription must be there and active, and the same that
// matched: the new owner of a name that became free gets nothing of its former one.
GateAnswer AskWanted(const Job& job) {
  if (job.interest == nullptr) return Drop{"the subscription was deleted or paused"};
  const int64_t made = job.delivery.subscription_made;
  if (made != 0 && made != WhenMade(job.interest->subscription)) {
    return Drop{"the subscription was deleted and made anew"};
  }
  return Go{};
}

// Is the endpoint there and switched on?
GateAnswer AskEnabled(const Job& job) {
  if (job.endpoint == nullptr) return Drop{"the endpoint was deleted"};
  if (job.endpoint->state() == v1::Endpoint::STATE_DISABLED) {
    return Drop{"the endpoint is switched off"};
  }
  return Go{};
}

// Is its mailbox one that mails may go to?
GateAnswer AskSuppressed(const Job& job) {
  if (job.suppressed.empty()) return Go{};
  return Drop{absl::StrCat("nothing is sent to the mailbox: ", job.suppressed)};
}

// The image of the record that every channel shows of it.
const type::v1::Facts& Shown(const Job& job) {
  const change::v1::ResourceChanged& change = job.record->change;
  return job.delivery.transition == v1::TRANSITION_LEFT ? change.before() : change.after();
}

// May the subscriber see it now? What was hidden since, and what a right is no longer there for,
// must not show in what is sent late. *Left* is told all the same of what was hidden since: every
// channel shows of it the image before alone, and says no more than that it is gone. What isn't for
// everybody is asked of the subscription's own predicate once more, however it was matched. The
// reason doesn't tell which of these it is.
GateAnswer AskAudience(const Job& job) {
  const Drop unseen{"the subscriber may not see the resource"};
  const bool left = job.delivery.transition == v1::TRANSITION_LEFT;
  if (job.hidden && !left) return unseen;
  if (job.record == nullptr) return Go{};
  const change::v1::ResourceChanged& change = job.record->change;
  if (left ? !change.has_before() : !change.has_after()) return unseen;
  if (Shown(job).has_audience() && !job.interest->predicate.Matches(Shown(job))) return unseen;
  return Go{};
}

// Is it known who may see it? Behind the one before, since what is known to be unseen needn't wait.
GateAnswer AskGrants(const Job& job) {
  if (!job.held_until) return Go{};
  return Wait{.until = *job.held_until,
              .reason = "what is not public waits until it is known who may see it"};
}

constexpr Gate kGates[] = {{"wanted", AskWanted},
                           {"enabled", AskEnabled},
                           {"suppressed", AskSuppressed},
                           {"audience", AskAudience},
                           {"grants", AskGrants}};

}  // namespace

GateAnswer AskGates(const Job& job) {
  for (const Gate& gate : kGates) {
    GateAnswer answer = gate.ask(job);
    if (auto* wait = std::get_if<Wait>(&answer)) {
      wait->reason = absl::StrCat(ToAbsl(gate.name), ": ", wait->reason);
      return answer;
    }
    if (auto* drop = std::get_if<Drop>(&answer)) {
      drop->reason = absl::StrCat(ToAbsl(gate.name), ": ", drop->reason);
      return answer;
    }
  }
  return Go{};
}

std::vector<Asked> AskEachGate(const Job& job) {
  std::vector<Asked> asked;
  for (const Gate& gate : kGates) {
    asked.push_back({gate.name, gate.ask(job)});
    if (std::holds_alternative<Drop>(asked.back().answer)) break;
  }
  return asked;
}

}  // namespace clusterwire::notification
