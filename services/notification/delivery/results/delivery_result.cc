#include "services/notification/delivery/results/delivery_result.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/time/timestamp.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kDetailBytes = 500;

// What receivers send may hold anything; the ledger's texts hold printable ASCII and UTF-8 that
// passes for it.
std::string Printable(std::string_view text) {
  std::string printable(text.substr(0, kDetailBytes));
  for (char& character : printable) {
    if (character < ' ' || character > '~') character = ' ';
  }
  return printable;
}

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
    attempt.set_detail(Printable(done->receipt));
  } else if (const auto* dead = std::get_if<Dead>(&outcome)) {
    result.state = v1::Delivery::STATE_DEAD;
    result.reason = Printable(dead->reason);
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
    attempt.set_detail(Printable(wait.reason));
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
