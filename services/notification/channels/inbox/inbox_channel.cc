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
    : ledger_(ledger), signal_(signal), clock_(clock), thread_([this] { Run(); }) {}

InboxChannel::~InboxChannel() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
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
    if (!stopping_ && queue_.size() < kQueueLimit) {
      queue_.push_back({std::move(job), std::move(rendered), std::move(done)});
      changed_.NotifyAll();
      return;
    }
  }
  done(Wait{.reason = "too many notices wait for their inboxes"});
}

std::vector<InboxChannel::Entry> InboxChannel::Take() {
  MutexLock lock(mutex_);
  while (queue_.empty() && !stopping_) changed_.Wait(mutex_);
  std::vector<Entry> entries;
  while (!queue_.empty() && (entries.size() < kBatch || stopping_)) {
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

bool InboxChannel::Stopping() {
  MutexLock lock(mutex_);
  return stopping_;
}

void InboxChannel::Run() {
  while (true) {
    const std::vector<Entry> entries = Take();
    if (entries.empty()) return;
    Finish(entries, Stopping() ? absl::UnavailableError("the server stops") : Insert(entries));
  }
}

}  // namespace clusterwire::notification
