#include <algorithm>
#include <utility>

#include "libs/change/record.h"
#include "libs/store/registry.h"
#include "services/notification/channels/channels.h"
#include "services/notification/ledger/records/seen_by.h"

namespace clusterwire::notification {
namespace {

// How long what waits for grants waits until it is asked again.
constexpr absl::Duration kHoldPause = absl::Seconds(5);

using Record = std::shared_ptr<const KeptRecord>;

bool IsPublic(const change::v1::ResourceChanged& change) {
  return !change.before().has_audience() && !change.after().has_audience();
}

// Most are for everybody, and stay as they are.
Record CutTo(const filter::Viewer& viewer, Record record) {
  if (IsPublic(record->change)) return record;
  auto cut = std::make_shared<KeptRecord>(*record);
  change::CutTo(viewer, &cut->change);
  return cut;
}

}  // namespace

Job JobOf(const PendingDelivery& delivery, Record record, std::string_view seen_by,
          const Interests& interests, absl::Time now) {
  Job job{.delivery = delivery,
          .record = std::move(record),
          .interest = interests.Find(delivery.subscription),
          .endpoint = interests.FindEndpoint(delivery.endpoint),
          .subscriber = interests.FindSubscriber(store::RootOf(delivery.subscription)),
          .now = now};
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
