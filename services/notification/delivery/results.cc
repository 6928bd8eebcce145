#include "services/notification/delivery/results.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kDetailBytes = 500;  // of what receivers send, which may hold anything

}  // namespace

absl::StatusOr<RetrySchedule> RetrySchedule::Create(const config::v1::Delivery& options) {
  FieldErrors errors;
  RetrySchedule schedule;
  if (options.retry_schedule_size() > 0) schedule.pauses_.clear();
  for (const auto& entry : options.retry_schedule()) {
    const absl::Duration pause =
        absl::Nanoseconds(google::protobuf::util::TimeUtil::DurationToNanoseconds(entry));
    if (pause < absl::Seconds(1) || pause > absl::Hours(7 * 24)) {
      errors.Add(absl::StrCat("delivery.retry_schedule[", schedule.pauses_.size(), "]"),
                 "must be from 1 s to 7 days");
    }
    schedule.pauses_.push_back(pause);
  }
  if (schedule.pauses_.size() > kMaxPauses) {
    errors.Add("delivery.retry_schedule", absl::StrCat("at most ", kMaxPauses, " pauses"));
  }
  if (options.has_retry_jitter()) schedule.jitter_ = options.retry_jitter();
  if (!(schedule.jitter_ >= 0 && schedule.jitter_ < 1)) {
    errors.Add("delivery.retry_jitter", "must be from 0 to below 1");
  }
  RETURN_IF_ERROR(errors.ToStatus());
  return schedule;
}

std::optional<absl::Duration> RetrySchedule::PauseAfter(int attempts, Random& random) const {
  const auto index = static_cast<size_t>(attempts - 1);
  if (index >= pauses_.size()) return std::nullopt;
  return pauses_[index] * (1 + jitter_ * (2 * random.Fraction() - 1));
}

DeliveryResult ResultOf(const PendingDelivery& delivery, const Outcome& outcome, absl::Time begun,
                        absl::Time ended, const RetrySchedule& schedule, Random& random) {
  v1::Attempt attempt;
  attempt.set_number(delivery.attempts + 1);
  *attempt.mutable_time() = ToTimestamp(begun);
  attempt.set_duration_ms(absl::ToInt64Milliseconds(ended - begun));
  DeliveryResult result{.delivery = delivery.name, .time = ended, .due = ended};
  const auto tell = [&attempt](const char* ending, int http_status, std::string_view detail) {
    attempt.set_outcome(ending);
    attempt.set_http_status(http_status);
    attempt.set_detail(ReadableUtf8(detail, kDetailBytes));
  };
  if (const auto* done = std::get_if<Done>(&outcome)) {
    result.state = v1::Delivery::STATE_DELIVERED;
    result.health = EndpointHealth::kGood;
    tell("delivered", done->http_status, done->receipt);
  } else if (const auto* dead = std::get_if<Dead>(&outcome)) {
    result.state = v1::Delivery::STATE_DEAD;
    if (!dead->ours) result.health = EndpointHealth::kBad;
    result.disable_endpoint = dead->disable_endpoint;
    tell("dead", dead->http_status, dead->reason);
    result.reason = attempt.detail();
  } else {
    const Wait& wait = std::get<Wait>(outcome);
    if (!wait.ours) result.health = EndpointHealth::kBad;
    result.retry_after = std::min(wait.until, ended + kLongestRequest);
    const std::optional<absl::Duration> pause = schedule.PauseAfter(attempt.number(), random);
    tell(pause ? "retry" : "dead", wait.http_status, wait.reason);
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

absl::StatusOr<std::map<std::string, absl::Time>> RecordResults(
    Ledger& ledger, const Channels& channels, std::span<const DeliveryResult> results,
    const Jobs& jobs) {
  using Failing = std::map<std::string, absl::Time>;
  return ledger.Write([&](sql::Connection& connection) -> absl::StatusOr<Failing> {
    Failing failing;
    for (const DeliveryResult& result : results) {
      RETURN_IF_ERROR(Deliveries(connection).SetResult(result));
      if (!result.attempt) continue;
      const Job& job = *jobs.at(result.delivery);
      Channel& channel = *channels.at(job.endpoint->channel_case());
      if (result.state == v1::Delivery::STATE_DELIVERED) {
        RETURN_IF_ERROR(channel.Write(connection, job));
      }
      if (!channel.has_receiver()) continue;
      const std::string& endpoint = job.delivery.endpoint;
      if (result.health == EndpointHealth::kGood || result.disable_endpoint) {
        RETURN_IF_ERROR(Deliveries(connection).ClearFailures(endpoint));
        failing.erase(endpoint);
      } else if (result.health == EndpointHealth::kBad) {
        ASSIGN_OR_RETURN(const absl::Time since,
                         Deliveries(connection).AddFailure(endpoint, result.time));
        // It is written when it is made and when it is switched on: older failures are forgiven.
        failing[endpoint] = std::max(since, ToTime(job.endpoint->update_time()));
      }
    }
    return failing;
  });
}

}  // namespace clusterwire::notification
