#include "services/notification/channels/inbox/inbox_channel.h"

#include <string>
#include <utility>
#include <vector>

#include "libs/base/time/clock.h"
#include "services/notification/channels/notice.h"
#include "services/notification/ledger/records/seen_by.h"

namespace clusterwire::notification {
namespace {

// "subscribers/x" of "subscribers/x/endpoints/inbox".
std::string SubscriberOf(const std::string& endpoint) {
  return endpoint.substr(0, endpoint.find("/endpoints/"));
}

v1::InboxItem ItemOf(const Job& job, const SharedNotice& shared) {
  Notice notice = NoticeOf(job, shared);
  v1::InboxItem item;
  item.set_delivery(job.delivery.name);
  item.set_subscription(job.delivery.subscription);
  item.set_transition(job.delivery.transition);
  item.set_title(std::move(notice.title));
  item.set_text(std::move(notice.text));
  item.set_link(std::move(notice.link));
  item.set_language(std::string(text::LanguageTag(LanguageOf(job))));
  for (std::string& reason : notice.reasons) *item.add_reasons() = std::move(reason);
  item.set_given_up_before(job.gap.count);
  item.set_last_given_up(job.gap.last);
  return item;
}

}  // namespace

void InboxChannel::Send(std::shared_ptr<const Job>, absl::Duration, Callback done) { done(Done{}); }

absl::Status InboxChannel::Write(sql::Connection& connection, const JobList& jobs) {
  const absl::Time now = clock_.Now();
  SharedByRecord<SharedNotice> shared;
  std::vector<InboxEntry> entries;
  entries.reserve(jobs.size());
  for (const std::shared_ptr<const Job>& job : jobs) {
    const SharedNotice* notice = shared.Find(*job);
    if (notice == nullptr) notice = &shared.Keep(*job, SharedNoticeOf(*job));
    entries.push_back({.subscriber = SubscriberOf(job->delivery.endpoint),
                       .change_id = job->delivery.change_id,
                       .seen_by = SeenBy(ImageOf(*job)),
                       .time = now,
                       .item = ItemOf(*job, *notice)});
    *entries.back().item.mutable_time() = ToTimestamp(now);
  }
  return Inbox(connection).Append(std::move(entries));
}

void InboxChannel::Written(const Job& job) { signal_.Notify(SubscriberOf(job.delivery.endpoint)); }

std::unique_ptr<Channel> MakeInboxChannel(const ChannelContext& context) {
  return std::make_unique<InboxChannel>(context.inbox_signal, context.clock);
}

}  // namespace clusterwire::notification
