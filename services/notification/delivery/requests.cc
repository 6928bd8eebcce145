// What the dispatcher does for calls: on their threads, by the ledger and by a look at the queue.

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/telemetry/log.h"
#include "services/notification/channels/calendar/calendar_part.h"
#include "services/notification/delivery/dispatcher.h"
#include "services/notification/ledger/calendar/calendar_feeds.h"
#include "services/notification/ledger/calendar/invitations.h"
#include "services/notification/ledger/deliveries/given_up.h"
#include "services/notification/ledger/records/records.h"
#include "services/notification/resources/subscribers/schedule.h"

namespace clusterwire::notification {

namespace {

// A mail that may go waits for its reader's hour.
void AddHour(const Job& job, std::vector<Asked>* asked) {
  if (job.endpoint == nullptr || !job.endpoint->has_email() || job.interest == nullptr) return;
  const absl::TimeZone zone = ZoneOf(job.subscriber.get());
  const v1::Schedule& schedule = job.interest->subscription.schedule();
  if (IsDigest(schedule)) {
    asked->push_back({"digest", Wait{.until = NextDigest(schedule, zone, job.now),
                                     .reason = "it goes with the next digest"}});
  } else if (job.subscriber != nullptr) {
    const auto until = QuietUntil(job.subscriber->quiet_hours(), zone, job.now);
    if (until) asked->push_back({"quiet", Wait{.until = *until, .reason = "quiet hours"}});
  }
}

}  // namespace

void Dispatcher::Suppress(const std::string& name, std::string_view reason) {
  int64_t done = kSuppressed;
  while (done == kSuppressed) {
    const absl::StatusOr<int64_t> some = ledger_.Write([&](sql::Connection& connection) {
      return Deliveries(connection).SuppressUnder(name, reason, clock_.Now(), kSuppressed);
    });
    if (!some.ok()) {
      telemetry::LogWarning("deliveries not suppressed yet", {{"error", some.status()}});
      return;
    }
    done = *some;
  }
  queue_.Drop(name);
  Reload();  // what went in the mails of those
  const absl::Status forgotten = ledger_.Write(
      [&](sql::Connection& connection) { return Invitations(connection).RemoveUnder(name); });
  if (!forgotten.ok()) telemetry::LogWarning("invitations not forgotten", {{"error", forgotten}});
}

void Dispatcher::Forget(const std::string& name, std::string_view reason) {
  Suppress(name, reason);
  const absl::Status forgotten = ledger_.Write(
      [&](sql::Connection& connection) { return CalendarFeeds(connection).RemoveUnder(name); });
  if (!forgotten.ok()) telemetry::LogWarning("feeds not forgotten", {{"error", forgotten}});
}

absl::Status Dispatcher::Redrive(const std::string& name) {
  const absl::Time now = clock_.Now();
  // So that an endpoint that was just switched on is known to be.
  RETURN_IF_ERROR(interests_.CatchUp(now + kCatchUpLimit).status());
  const auto redrive = [&](sql::Connection& connection) -> absl::StatusOr<PendingDelivery> {
    RETURN_IF_ERROR(Deliveries(connection).Redrive(name, now));
    ASSIGN_OR_RETURN(const PendingDelivery pending, Deliveries(connection).FindPending(name, now));
    RETURN_IF_ERROR(GivenUp(connection).TakeBack(pending.endpoint, pending.root, name));
    ASSIGN_OR_RETURN(const Standing standing, Deliveries(connection).StandingOf(name));
    ASSIGN_OR_RETURN(KeptRecord record, Records(connection).Load(pending.change_id));
    ASSIGN_OR_RETURN(
        const auto loaded,
        WithInvitation(connection, interests_, standing.seen_by,
                       std::make_shared<const Job>(
                           JobOf(pending, std::make_shared<const KeptRecord>(std::move(record)),
                                 standing.seen_by, interests_, now))));
    Job job = *loaded;
    if (job.interest != nullptr) {
      job.endpoint = interests_.FindEndpoint(job.interest->subscription.endpoint());
    }
    if (const GateAnswer answer = AskGates(job); const auto* drop = std::get_if<Drop>(&answer)) {
      return Error(absl::StatusCode::kFailedPrecondition, "DELIVERY_BLOCKED",
                   absl::StrCat(name, " can't go out; ", drop->reason,
                                ". An endpoint is switched on by EnableEndpoint, a subscription"
                                " made active by UpdateSubscription"),
                   {{"resource", name}, {"endpoint", pending.endpoint}});
    }
    return pending;
  };
  ASSIGN_OR_RETURN(PendingDelivery pending, ledger_.Write(redrive));
  Offer({std::move(pending)});
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Wait>> Dispatcher::Retry(const std::string& name) {
  const absl::Time now = clock_.Now();
  std::optional<Wait> held;
  const auto retry = [&](sql::Connection& connection) -> absl::StatusOr<PendingDelivery> {
    ASSIGN_OR_RETURN(const v1::Delivery delivery, Deliveries(connection).Get(name));
    if (delivery.state() != v1::Delivery::STATE_PENDING) {
      return Error(absl::StatusCode::kFailedPrecondition, "DELIVERY_NOT_PENDING",
                   absl::StrCat(name, " is ", v1::Delivery::State_Name(delivery.state()),
                                ": only a pending one can be tried now; RedriveDelivery brings a "
                                "dead one back, ReplaySubscription sends others again"),
                   {{"resource", name}});
    }
    RETURN_IF_ERROR(Deliveries(connection).MakeDue(name, now));
    ASSIGN_OR_RETURN(const PendingDelivery pending, Deliveries(connection).FindPending(name, now));
    ASSIGN_OR_RETURN(held, WhatHolds(connection, pending));
    return pending;
  };
  ASSIGN_OR_RETURN(const PendingDelivery pending, ledger_.Write(retry));
  queue_.Hasten(pending.endpoint, name, clock_.Uptime());
  Look(pending.endpoint);
  return held;
}

// The gate that lets it wait, where one does.
absl::StatusOr<std::optional<Wait>> Dispatcher::WhatHolds(sql::Connection& connection,
                                                          const PendingDelivery& pending) const {
  ASSIGN_OR_RETURN(const Standing standing, Deliveries(connection).StandingOf(pending.name));
  absl::StatusOr<KeptRecord> record = Records(connection).Load(pending.change_id);
  if (absl::IsDataLoss(record.status())) return std::nullopt;
  RETURN_IF_ERROR(record.status());
  ASSIGN_OR_RETURN(const auto job,
                   loader_.Make(connection, pending, standing.seen_by,
                                std::make_shared<const KeptRecord>(*std::move(record))));
  const GateAnswer answer = AskGates(*job);
  const auto* wait = std::get_if<Wait>(&answer);
  return wait == nullptr ? std::nullopt : std::optional<Wait>(*wait);
}

void Dispatcher::Look(const std::string& endpoint) {
  queue_.MarkMore(endpoint);
  worker_.Wake();
}

void Dispatcher::Describe(v1::Delivery* delivery) const {
  if (delivery->state() != v1::Delivery::STATE_PENDING) return;
  if (!delivery->carried_by().empty()) {
    delivery->clear_next_attempt_time();
    delivery->set_reason(absl::StrCat("goes in the mail of ", delivery->carried_by()));
    return;
  }
  const absl::Duration uptime = clock_.Uptime();
  const absl::Time now = clock_.Now();
  const auto wait = queue_.Explain(delivery->endpoint(), delivery->name(), uptime);
  if (!wait) {
    // It has just come, or waits in the ledger for room here, or another process has it.
    if (delivery->reason().empty()) delivery->set_reason("waits in the ledger for its turn");
    if (ToTime(delivery->next_attempt_time()) <= now) delivery->clear_next_attempt_time();
    return;
  }
  delivery->clear_next_attempt_time();
  if (wait->until) {
    *delivery->mutable_next_attempt_time() = ToTimestamp(now + (*wait->until - uptime));
  }
  if (wait->by_itself && !delivery->reason().empty()) return;
  const std::string reason = wait->by_itself ? "waits for its next try" : wait->reason;
  delivery->set_reason(
      delivery->reason().empty() ? reason : absl::StrCat(reason, "; before: ", delivery->reason()));
}

absl::StatusOr<std::vector<Asked>> Dispatcher::AskAbout(const PendingDelivery& delivery,
                                                        std::shared_ptr<const KeptRecord> record,
                                                        std::string_view seen_by) const {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Job> job,
                   ledger_.Read([&](sql::Connection& connection) {
                     return loader_.Make(connection, delivery, seen_by, record);
                   }));
  std::vector<Asked> asked = AskEachGate(*job);
  if (!std::holds_alternative<Drop>(asked.back().answer)) AddHour(*job, &asked);
  return asked;
}

}  // namespace clusterwire::notification
