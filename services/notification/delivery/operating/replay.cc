#include "services/notification/delivery/operating/replay.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "services/notification/ledger/deliveries/replays.h"
#include "services/notification/ledger/records/records.h"
#include "services/notification/resources/subscribers/endpoint_rules.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {
namespace {

constexpr int kMostChanges = 5000;  // that one call looks at
constexpr int kBatch = 100;         // of them, in one transaction

absl::StatusOr<std::shared_ptr<const Interest>> ActiveInterest(const Interests& interests,
                                                               const std::string& subscription) {
  std::shared_ptr<const Interest> interest = interests.Find(subscription);
  if (interest == nullptr) {
    return Error(absl::StatusCode::kFailedPrecondition, "SUBSCRIPTION_INACTIVE",
                 absl::StrCat(subscription,
                              " is paused or held, or has no endpoint, so it sends "
                              "nothing: UpdateSubscription makes it active"),
                 {{"resource", subscription}});
  }
  if (interests.grants().behind()) {
    return WithRetryDelay(Error(absl::StatusCode::kUnavailable, "GRANTS_BEHIND",
                                "it isn't known at the moment who may see what isn't public"),
                          absl::Seconds(5));
  }
  return interest;
}

// Before or after it.
bool MaySee(const filter::Viewer& viewer, const change::v1::ResourceChanged& change) {
  return (change.has_before() && filter::Sees(viewer, change.before())) ||
         (change.has_after() && filter::Sees(viewer, change.after()));
}

filter::Transition TransitionOf(const filter::Predicate& predicate,
                                const change::v1::ResourceChanged& change) {
  return filter::TransitionOf(change.has_before() && predicate.Matches(change.before()),
                              change.has_after() && predicate.Matches(change.after()));
}

class Run {
 public:
  Run(const ReplayRequest& request, std::shared_ptr<const Interest> interest, absl::Time now)
      : request_(request),
        interest_(std::move(interest)),
        predicate_(interest_->predicate()),
        now_(now) {}

  // Looks at the next changes; what it has done by then is in `done`.
  absl::Status Batch(sql::Connection& connection, ReplayDone& done) const {
    const int limit = std::min(kBatch, kMostChanges - done.changes);
    ASSIGN_OR_RETURN(const auto changes,
                     Replays(connection).Changes(done.from, done.after, request_.until, limit));
    for (const Replays::Change& change : changes) {
      if (done.repeated + done.added >= request_.limit) return absl::OkStatus();
      RETURN_IF_ERROR(Take(connection, change.id, done));
      ++done.changes;
      done.from = change.received;
      done.after = change.id;
    }
    done.complete = changes.size() < static_cast<size_t>(limit);
    return absl::OkStatus();
  }

 private:
  absl::Status Take(sql::Connection& connection, const std::string& id, ReplayDone& done) const {
    if (!request_.validate_only) {
      ASSIGN_OR_RETURN(const bool held, Records(connection).Hold(id));
      if (!held) return absl::OkStatus();  // purged since it was listed
    }
    const absl::StatusOr<KeptRecord> record = Records(connection).Load(id);
    if (absl::IsDataLoss(record.status()) || absl::IsNotFound(record.status())) {
      return absl::OkStatus();
    }
    RETURN_IF_ERROR(record.status());
    const change::v1::ResourceChanged& change = record->change;
    if (MaySee(interest_->viewer, change)) ++done.seen;
    const v1::Subscription& subscription = interest_->subscription;
    const filter::Transition transition = TransitionOf(predicate_, change);
    if (!Wants(subscription, transition, change.kind(), change.quiet())) return absl::OkStatus();
    const PendingDelivery delivery = {.name = DeliveryName(subscription.name(), id),
                                      .change_id = id,
                                      .root = change.root(),
                                      .subscription = subscription.name(),
                                      .subscription_made = WhenMade(subscription),
                                      .endpoint = subscription.endpoint(),
                                      .transition = ToProto(transition),
                                      .sequence = absl::ToUnixMicros(record->received),
                                      .created = now_};
    ASSIGN_OR_RETURN(const Replays::Found found,
                     Replays(connection)
                         .Find(delivery.name, IsInbox(delivery.endpoint) ? delivery.endpoint : ""));
    const bool repeats = found == Replays::Found::kEnded ||
                         (found == Replays::Found::kDelivered && request_.include_delivered);
    if (found == Replays::Found::kNone) {
      ++done.added;
      return request_.validate_only ? absl::OkStatus() : Replays(connection).Add(delivery);
    }
    ++(repeats ? done.repeated : done.left);
    if (!repeats || request_.validate_only) return absl::OkStatus();
    return Replays(connection).Repeat(delivery, now_);
  }

  const ReplayRequest& request_;
  const std::shared_ptr<const Interest> interest_;
  const filter::Predicate predicate_;
  const absl::Time now_;
};

}  // namespace

absl::StatusOr<ReplayDone> Replay(Ledger& ledger, Interests& interests, Clock& clock,
                                  const ReplayRequest& request) {
  constexpr absl::Duration kCatchUp = absl::Seconds(2);
  RETURN_IF_ERROR(interests.CatchUpWithin(kCatchUp));
  ASSIGN_OR_RETURN(auto interest, ActiveInterest(interests, request.subscription));
  ReplayDone done;
  done.endpoint = interest->subscription.endpoint();
  done.from = request.from;
  done.after = request.after;
  const Run run(request, std::move(interest), clock.Now());
  while (!done.complete && done.changes < kMostChanges &&
         done.repeated + done.added < request.limit) {
    ReplayDone next;
    const auto batch = [&](sql::Connection& connection) {
      next = done;
      return run.Batch(connection, next);
    };
    RETURN_IF_ERROR(request.validate_only ? ledger.Read(batch) : ledger.Write(batch));
    done = next;
  }
  return done;
}

}  // namespace clusterwire::notification
