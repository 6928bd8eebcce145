#include "services/notification/delivery/settlement.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/text/utf8.h"
#include "libs/base/time/timestamp.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kDetailBytes = 500;  // of what receivers send, which may hold anything

}  // namespace

absl::Time ObeyedUntil(const Wait& wait, absl::Time ended) {
  return std::min(wait.until, ended + kLongestRequest);
}

Settlement SettlementOf(const PendingDelivery& delivery, const Outcome& outcome, absl::Time begun,
                        absl::Time ended, const RetrySchedule& schedule, Random& random) {
  v1::Attempt attempt;
  attempt.set_number(delivery.attempts + 1);
  *attempt.mutable_time() = ToTimestamp(begun);
  attempt.set_duration_ms(absl::ToInt64Milliseconds(ended - begun));
  Settlement settlement{.delivery = delivery.name, .time = ended, .due = ended};
  if (const auto* done = std::get_if<Done>(&outcome)) {
    settlement.state = v1::Delivery::STATE_DELIVERED;
    attempt.set_outcome("delivered");
    attempt.set_http_status(done->http_status);
    attempt.set_detail(Printable(done->receipt, kDetailBytes));
  } else if (const auto* dead = std::get_if<Dead>(&outcome)) {
    settlement.state = v1::Delivery::STATE_DEAD;
    settlement.reason = Printable(dead->reason, kDetailBytes);
    attempt.set_outcome("dead");
    attempt.set_http_status(dead->http_status);
    attempt.set_detail(settlement.reason);
  } else {
    const Wait& wait = std::get<Wait>(outcome);
    const std::optional<absl::Duration> pause = schedule.PauseAfter(attempt.number(), random);
    attempt.set_http_status(wait.http_status);
    attempt.set_detail(Printable(wait.reason, kDetailBytes));
    attempt.set_outcome(pause ? "retry" : "dead");
    settlement.reason = attempt.detail();
    if (pause) {
      settlement.due = std::max(ended + *pause, ObeyedUntil(wait, ended));
    } else {
      settlement.state = v1::Delivery::STATE_DEAD;
      settlement.reason =
          absl::StrCat("given up after ", attempt.number(), " tries: ", attempt.detail());
    }
  }
  settlement.attempt = std::move(attempt);
  return settlement;
}

}  // namespace clusterwire::notification
