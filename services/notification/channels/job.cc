#include <algorithm>
#include <utility>

#include "clusterwire/notification/v1/hold.pb.h"

#include "libs/base/time/clock.h"
#include "libs/change/record.h"
#include "libs/store/registry.h"
#include "services/notification/channels/calendar/calendar_part.h"
#include "services/notification/channels/calendar/entry.h"
#include "services/notification/channels/channels.h"
#include "services/notification/channels/endpoint_kind.h"
#include "services/notification/ledger/records/seen_by.h"

namespace clusterwire::notification {
namespace {

// How long what waits for grants waits until it is asked again.
constexpr absl::Duration kHoldPause = absl::Seconds(5);

using SharedRecord = std::shared_ptr<const KeptRecord>;

bool IsPublic(const change::v1::ResourceChanged& change) {
  return !change.before().has_audience() && !change.after().has_audience();
}

// Most are for everybody, and stay as they are.
SharedRecord CutTo(const filter::Viewer& viewer, SharedRecord record) {
  if (IsPublic(record->change)) return record;
  auto cut = std::make_shared<KeptRecord>(*record);
  change::CutTo(viewer, &cut->change);
  return cut;
}

// Whether all conditions of the hold are true of the job.
bool Covers(const v1::Hold& hold, const Job& job) {
  const change::v1::ResourceChanged& change = job.record->change;
  const auto is = [](const std::string& wanted, std::string_view found) {
    return wanted.empty() || wanted == found;
  };
  const std::string& above = hold.resource();
  const bool under = is(above, change.name()) || change.name().starts_with(above + "/");
  return under && is(hold.cause(), change.cause()) && is(hold.change_kind(), change.kind()) &&
         is(hold.change(), job.record->id) &&
         (hold.channel().empty() ||
          (job.endpoint != nullptr && hold.channel() == ChannelNameOf(*job.endpoint)));
}

// Of several that which discards, else that which ends last.
std::shared_ptr<const v1::Hold> HoldOf(const Job& job, const DeliveryNotes::Holds& holds) {
  std::shared_ptr<const v1::Hold> last;
  for (const auto& hold : holds) {
    if (!Covers(*hold, job)) continue;
    const bool over = job.now >= ToTime(hold->expire_time());
    if (hold->discarding() || (over && hold->at_end() == v1::Hold::AT_END_DISCARD)) return hold;
    if (over || (last && ToTime(last->expire_time()) >= ToTime(hold->expire_time()))) continue;
    last = hold;
  }
  return last;
}

}  // namespace

Job JobOf(const PendingDelivery& delivery, SharedRecord record, std::string_view seen_by,
          const Interests& interests, absl::Time now) {
  Job job{.delivery = delivery,
          .record = std::move(record),
          .interest = interests.Find(delivery.subscription),
          .endpoint = interests.FindEndpoint(delivery.endpoint),
          .subscriber = interests.FindSubscriber(store::RootOf(delivery.subscription)),
          .now = now};
  job.gap_unread = interests.notes().MayHaveGap(delivery.endpoint);
  if (job.interest == nullptr || job.record == nullptr) return job;
  if (MayInvite(job)) job.invitation = Invitation{.uid = UidOf(job.record->change)};
  job.hold = HoldOf(job, *interests.notes().holds());
  const filter::Viewer& viewer = job.interest->viewer;
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

void SetLatest(std::shared_ptr<const KeptRecord> newest, Job* job) {
  job->latest = CutTo(job->interest->viewer, std::move(newest));
}

}  // namespace clusterwire::notification
