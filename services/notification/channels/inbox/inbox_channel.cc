#include "services/notification/channels/inbox/inbox_channel.h"

#include <string>
#include <utility>

#include "libs/base/time/clock.h"
#include "services/notification/channels/notice.h"

namespace clusterwire::notification {
namespace {

// "subscribers/x" of "subscribers/x/endpoints/inbox".
std::string SubscriberOf(const std::string& endpoint) {
  return endpoint.substr(0, endpoint.find("/endpoints/"));
}

}  // namespace

void InboxChannel::Send(std::shared_ptr<const Job>, absl::Time, Callback done) { done(Done{}); }

absl::Status InboxChannel::Write(sql::Connection& connection, const Job& job) {
  Notice notice = NoticeOf(job);
  v1::InboxItem item;
  item.set_delivery(job.delivery.name);
  item.set_subscription(job.delivery.subscription);
  item.set_transition(job.delivery.transition);
  item.set_title(std::move(notice.title));
  item.set_text(std::move(notice.text));
  item.set_link(std::move(notice.link));
  item.set_language(std::string(text::LanguageTag(LanguageOf(job))));
  for (std::string& reason : notice.reasons) *item.add_reasons() = std::move(reason);
  *item.mutable_time() = ToTimestamp(clock_.Now());
  return Inbox(connection)
      .Append(SubscriberOf(job.delivery.endpoint), job.delivery.change_id, std::move(item))
      .status();
}

void InboxChannel::Written(const Job& job) { signal_.Notify(SubscriberOf(job.delivery.endpoint)); }

std::unique_ptr<Channel> MakeInboxChannel(const ChannelContext& context) {
  return std::make_unique<InboxChannel>(context.inbox_signal, context.clock);
}

}  // namespace clusterwire::notification
