#include "services/notification/channels/inbox/inbox_channel.h"

#include <set>
#include <string>
#include <utility>

#include "libs/base/status/status_macros.h"
#include "libs/base/time/timestamp.h"
#include "services/notification/channels/notice.h"
#include "services/notification/ledger/inbox.h"

namespace clusterwire::notification {
namespace {

// "subscribers/x" of "subscribers/x/endpoints/inbox".
std::string SubscriberOf(const std::string& endpoint) {
  return endpoint.substr(0, endpoint.find("/endpoints/"));
}

}  // namespace

InboxChannel::InboxChannel(Ledger& ledger, InboxSignal& signal, Clock& clock)
    : ledger_(ledger),
      signal_(signal),
      clock_(clock),
      worker_(clock, Random::System(), [this] { return Step(); }) {}

InboxChannel::~InboxChannel() {
  worker_.Stop();
  Finish(Take(kQueueLimit), absl::UnavailableError("the server stops"));
}

absl::StatusOr<Rendered> InboxChannel::Render(const Job& job) const {
  Notice notice = NoticeOf(job);
  v1::InboxItem item;
  item.set_delivery(job.delivery.name);
  item.set_subscription(job.delivery.subscription);
  item.set_transition(job.delivery.transition);
  item.set_title(std::move(notice.title));
  item.set_text(std::move(notice.text));
  item.set_link(std::move(notice.link));
  for (std::string& reason : notice.reasons) *item.add_reasons() = std::move(reason);
  return Rendered{item.SerializeAsString()};
}

void InboxChannel::Send(std::shared_ptr<const Job> job, Rendered rendered, absl::Time,
                        Callback done) {
  {
    MutexLock lock(mutex_);
    if (!worker_.stopping() && queue_.size() < kQueueLimit) {
      queue_.push_back({std::move(job), std::move(rendered), std::move(done)});
      worker_.Wake();
      return;
    }
  }
  done(Wait{.reason = "too many notices wait for their inboxes"});
}

std::vector<InboxChannel::Entry> InboxChannel::Take(size_t most) {
  MutexLock lock(mutex_);
  std::vector<Entry> entries;
  while (!queue_.empty() && entries.size() < most) {
    entries.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return entries;
}

absl::Status InboxChannel::Insert(const std::vector<Entry>& entries) {
  const absl::Time now = clock_.Now();
  return ledger_.Write([&](sql::Connection& connection) -> absl::Status {
    for (const Entry& entry : entries) {
      v1::InboxItem item;
      if (!item.ParseFromString(entry.rendered.body)) {
        return absl::InternalError("not an inbox item");
      }
      *item.mutable_time() = ToTimestamp(now);
      RETURN_IF_ERROR(Inbox(connection)
                          .Append(SubscriberOf(entry.job->delivery.endpoint),
                                  entry.job->delivery.change_id, std::move(item))
                          .status());
    }
    return absl::OkStatus();
  });
}

void InboxChannel::Finish(const std::vector<Entry>& entries, const absl::Status& status) {
  std::set<std::string> subscribers;
  for (const Entry& entry : entries) {
    subscribers.insert(SubscriberOf(entry.job->delivery.endpoint));
    entry.done(status.ok() ? Outcome(Done{})
                           : Outcome(Wait{.reason = std::string(status.message())}));
  }
  if (!status.ok()) return;
  for (const std::string& subscriber : subscribers) signal_.Notify(subscriber);
}

absl::Time InboxChannel::Step() {
  const std::vector<Entry> entries = Take(kBatch);
  if (entries.empty()) return absl::InfiniteFuture();
  Finish(entries, Insert(entries));
  return absl::InfinitePast();
}

}  // namespace clusterwire::notification
