#include "services/notification/delivery/results.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "services/notification/channels/calendar/calendar_part.h"
#include "services/notification/delivery/mails/gatherer.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kDetailBytes = 500;  // of what receivers send, which may hold anything
constexpr int kMostAtOnce = 3;        // tries in a row that the schedule doesn't count
// Tries of one delivery that found the channel's server away and don't count: half a day of them,
// since each waits longer than the one before.
constexpr int kMostUnheard = 100;
constexpr absl::Duration kServerPause = absl::Seconds(10);
constexpr absl::Duration kLongestServerPause = absl::Minutes(10);

// What is given up is missing before what comes next about its root, until that is handed over.
absl::Status NoteGap(sql::Connection& connection, const DeliveryResult& result, const Job& job) {
  const PendingDelivery& delivery = job.delivery;
  if (result.state == v1::Delivery::STATE_DELIVERED && job.gap.count > 0) {
    return GivenUp(connection).Clear(delivery.endpoint, delivery.root);
  }
  // Where each is a root of its own none comes before another.
  if (result.state != v1::Delivery::STATE_DEAD || delivery.root == delivery.name) {
    return absl::OkStatus();
  }
  return GivenUp(connection).Add(delivery.endpoint, delivery.root, delivery.name);
}

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

DeliveryResult ResultOf(const PendingDelivery& delivery, const Outcome& outcome, const Try& done,
                        const RetrySchedule& schedule, Random& random) {
  v1::Attempt attempt;
  attempt.set_number(delivery.attempts + 1);
  *attempt.mutable_time() = ToTimestamp(done.begun);
  attempt.set_duration_ms(absl::ToInt64Milliseconds(done.took));
  DeliveryResult result{.delivery = delivery.name, .time = done.ended, .took = done.took};
  const auto tell = [&attempt](const char* ending, int http_status, std::string_view detail) {
    attempt.set_outcome(ending);
    attempt.set_http_status(http_status);
    attempt.set_detail(ReadableUtf8(detail, kDetailBytes));
  };
  if (const auto* success = std::get_if<Done>(&outcome)) {
    result.state = v1::Delivery::STATE_DELIVERED;
    result.health = EndpointHealth::kGood;
    tell("delivered", success->http_status, success->receipt);
  } else if (const auto* dead = std::get_if<Dead>(&outcome)) {
    result.state = v1::Delivery::STATE_DEAD;
    if (!dead->ours) {
      result.health = dead->refused ? EndpointHealth::kRefused : EndpointHealth::kBad;
    }
    result.disable_endpoint = dead->disable_endpoint;
    result.bounce = dead->bounce;
    tell("dead", dead->http_status, dead->reason);
    result.reason = attempt.detail();
  } else {
    const Wait& wait = std::get<Wait>(outcome);
    if (!wait.ours) result.health = EndpointHealth::kBad;
    result.bounce = wait.bounce;
    result.server_away = wait.server;
    result.uncounted = wait.server ? attempt.number() <= kMostUnheard
                                   : wait.at_once && delivery.at_once < kMostAtOnce;
    const absl::Duration asked = std::clamp(wait.at_least, absl::ZeroDuration(), kLongestRequest);
    if (wait.rests_endpoint || wait.server) result.rest = asked;
    const std::optional<absl::Duration> pause =
        result.uncounted ? absl::ZeroDuration()
                         : schedule.PauseAfter(attempt.number() - delivery.tries_before, random);
    tell(pause ? "retry" : "dead", wait.http_status, wait.reason);
    result.reason = attempt.detail();
    if (pause) {
      result.pause = std::max(*pause, asked);
      if (wait.server) {
        result.pause =
            std::max(result.pause, std::min(attempt.number() * kServerPause, kLongestServerPause));
      }
    } else {
      result.state = v1::Delivery::STATE_DEAD;
      result.reason =
          absl::StrCat("given up after ", attempt.number(), " tries: ", attempt.detail());
    }
  }
  result.attempt = std::move(attempt);
  return result;
}

namespace {

using Failing = std::map<std::string, Trouble>;  // by endpoint

Channel& ChannelOf(const Job& job, const Channels& channels) {
  return *channels.at(job.endpoint->channel_case());
}

// What was suppressed meanwhile, with a deleted subscriber, must not reach its inbox.
absl::Status WriteDelivered(sql::Connection& connection, const Channels& channels,
                            std::span<const DeliveryResult> results, const Jobs& jobs,
                            const std::set<std::string>& were_pending) {
  std::map<Channel*, JobList> delivered;
  for (const DeliveryResult& result : results) {
    if (!result.attempt || result.state != v1::Delivery::STATE_DELIVERED) continue;
    if (!were_pending.contains(result.delivery)) continue;
    const std::shared_ptr<const Job>& job = jobs.at(result.delivery);
    delivered[&ChannelOf(*job, channels)].push_back(job);
  }
  for (const auto& [channel, done] : delivered) {
    RETURN_IF_ERROR(channel->Write(connection, done));
  }
  return absl::OkStatus();
}

// What happened at an endpoint before its last success counts no more.
absl::StatusOr<Failing> NoteTroubles(sql::Connection& connection, const Channels& channels,
                                     std::span<const DeliveryResult> results, const Jobs& jobs,
                                     absl::Duration longest_gap) {
  std::set<std::string> cleared;
  std::map<std::string, std::vector<Troubles::Event>> events;
  for (const DeliveryResult& result : results) {
    if (!result.attempt || result.health == EndpointHealth::kUnknown) continue;
    const Job& job = *jobs.at(result.delivery);
    if (!ChannelOf(job, channels).has_receiver()) continue;
    const std::string& endpoint = job.delivery.endpoint;
    if (result.health == EndpointHealth::kGood || result.disable_endpoint) {
      cleared.insert(endpoint);
      events.erase(endpoint);
      continue;
    }
    events[endpoint].push_back({.endpoint = endpoint,
                                .revision = job.endpoint->revision(),
                                .time = result.time,
                                .refused = result.health == EndpointHealth::kRefused,
                                .detail = result.attempt->detail()});
  }
  Troubles troubles(connection);
  RETURN_IF_ERROR(troubles.Clear(cleared));
  Failing failing;
  for (const auto& [endpoint, happened] : events) {
    for (const Troubles::Event& event : happened) {
      ASSIGN_OR_RETURN(failing[endpoint], troubles.Add(event, longest_gap));
    }
  }
  return failing;
}

}  // namespace

absl::StatusOr<std::vector<Trouble>> RecordResults(Ledger& ledger, const Channels& channels,
                                                   std::span<const DeliveryResult> results,
                                                   const Jobs& jobs, absl::Duration longest_gap) {
  const auto write = [&](sql::Connection& connection) -> absl::StatusOr<Failing> {
    ASSIGN_OR_RETURN(const std::set<std::string> were_pending,
                     Deliveries(connection).SetResults(results));
    RETURN_IF_ERROR(WriteDelivered(connection, channels, results, jobs, were_pending));
    for (const DeliveryResult& result : results) {
      const Job& job = *jobs.at(result.delivery);
      const bool was_pending = were_pending.contains(result.delivery);
      if (was_pending) RETURN_IF_ERROR(NoteGap(connection, result, job));
      if (result.state == v1::Delivery::STATE_DELIVERED) {
        RETURN_IF_ERROR(NoteInvitation(connection, job, was_pending));
      }
      RETURN_IF_ERROR(SettleBundle(connection, job, result, was_pending));
      if (result.attempt && result.bounce != Bounce::kNone) {
        RETURN_IF_ERROR(ChannelOf(job, channels).Bounced(connection, job, result));
      }
    }
    return NoteTroubles(connection, channels, results, jobs, longest_gap);
  };
  ASSIGN_OR_RETURN(const Failing failing, ledger.Write(write));
  std::vector<Trouble> found;
  for (const auto& [endpoint, trouble] : failing) found.push_back(trouble);
  return found;
}

}  // namespace clusterwire::notification
