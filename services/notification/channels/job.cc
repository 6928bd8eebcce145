#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/change/record.h"
#include "libs/store/resource.h"
#include "services/notification/channels/channels.h"
#include "services/notification/ledger/records/seen_by.h"

namespace clusterwire::notification {
namespace {

// How long what waits for grants waits until it is asked again.
constexpr absl::Duration kHoldPause = absl::Seconds(5);

using Record = std::shared_ptr<const KeptRecord>;

// Most are for everybody, and stay as they are.
Record CutTo(const filter::Viewer& viewer, Record record) {
  const change::v1::ResourceChanged& change = record->change;
  const bool before = !change.has_before() || filter::Sees(viewer, change.before());
  const bool after = change.has_after() && filter::Sees(viewer, change.after());
  if (before && (after || !change.has_after())) return record;
  auto cut = std::make_shared<KeptRecord>(*record);
  change::CutTo(viewer, &cut->change);
  return cut;
}

bool IsPublic(const change::v1::ResourceChanged& change) {
  return !change.before().has_audience() && !change.after().has_audience();
}

// A paused subscriber or endpoint lets nothing out; what has waited too long is told to no one.
std::optional<Stop> PauseOf(const Job& job, const Interests& interests, absl::Time now) {
  const std::string subscriber(store::RootOf(job.delivery.subscription));
  Stop stop;
  if (interests.IsPaused(subscriber)) {
    stop.reason = absl::StrCat(subscriber, " is paused");
  } else if (job.endpoint != nullptr && job.endpoint->state() == v1::Endpoint::STATE_PAUSED) {
    stop.reason = absl::StrCat(job.endpoint->name(), " is paused");
  } else {
    return std::nullopt;
  }
  const absl::Time until = job.delivery.created + kLongestPause;
  if (now < until) {
    stop.until = until;
  } else {
    absl::StrAppend(&stop.reason, ", and it has waited for 30 days");
  }
  return stop;
}

}  // namespace

Job JobOf(const PendingDelivery& delivery, Record record, std::string_view seen_by,
          const Interests& interests, absl::Time now) {
  Job job{.delivery = delivery,
          .record = std::move(record),
          .interest = interests.Find(delivery.subscription),
          .endpoint = interests.FindEndpoint(delivery.endpoint)};
  job.paused = PauseOf(job, interests, now);
  if (job.interest == nullptr || job.record == nullptr) return job;
  const filter::Viewer& viewer = job.interest->predicate.viewer();
  job.record = CutTo(viewer, std::move(job.record));
  const change::v1::ResourceChanged& change = job.record->change;
  if (job.delivery.transition == v1::TRANSITION_CHANGED && !change.has_before()) {
    job.delivery.transition = v1::TRANSITION_ENTERED;
  }
  const bool left = job.delivery.transition == v1::TRANSITION_LEFT;
  job.hidden = !IsSeen(viewer, seen_by);
  const bool is_public = IsPublic(change) && (seen_by.empty() || left);
  if (!is_public && interests.grants().behind()) job.held_until = now + kHoldPause;
  return job;
}

}  // namespace clusterwire::notification
