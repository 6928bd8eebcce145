#include "services/notification/delivery/results/delivery_result.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kDetailBytes = 500;  // of what receivers send, which may hold anything

}  // namespace

DeliveryResult ResultOf(const PendingDelivery& delivery, const Outcome& outcome, absl::Time begun,
                        absl::Time ended, const RetrySchedule& schedule, Random& random) {
  v1::Attempt attempt;
  attempt.set_number(delivery.attempts + 1);
  *attempt.mutable_time() = ToTimestamp(begun);
  attempt.set_duration_ms(absl::ToInt64Milliseconds(ended - begun));
  DeliveryResult result{.delivery = delivery.name, .time = ended, .due = ended};
  if (const auto* done = std::get_if<Done>(&outcome)) {
    result.state = v1::Delivery::STATE_DELIVERED;
    result.health = EndpointHealth::kGood;
    attempt.set_outcome("delivered");
    attempt.set_http_status(done->http_status);
    attempt.set_detail(Printable(done->receipt, kDetailBytes));
  } else if (const auto* dead = std::get_if<Dead>(&outcome)) {
    result.state = v1::Delivery::STATE_DEAD;
    result.reason = Printable(dead->reason, kDetailBytes);
    if (!dead->ours) result.health = EndpointHealth::kBad;
    result.disable_endpoint = dead->disable_endpoint;
    attempt.set_outcome("dead");
    attempt.set_http_status(dead->http_status);
    attempt.set_detail(result.reason);
  } else {
    const Wait& wait = std::get<Wait>(outcome);
    if (!wait.ours) result.health = EndpointHealth::kBad;
    result.retry_after = std::min(wait.until, ended + kLongestRequest);
    const std::optional<absl::Duration> pause = schedule.PauseAfter(attempt.number(), random);
    attempt.set_http_status(wait.http_status);
    attempt.set_detail(Printable(wait.reason, kDetailBytes));
    attempt.set_outcome(pause ? "retry" : "dead");
    result.reason = attempt.detail();
    if (pause) {
      result.due = std::max(ended + *pause, result.retry_after);
    } else {
      result.state = v1::Delivery::STATE_DEAD;
      result.reason =
          absl::StrCat("given up after ", attempt.number(), " tries: ", attempt.detail());
    }
  }
  result.attempt = std::move(attempt);
  return result;
}

}  // namespace clusterwire::notification
