#include "services/notification/grants/grants.h"

#include <algorithm>
#include <utility>

#include "libs/base/status/error.h"
#include "libs/change/grant.h"

namespace clusterwire::notification {

using change::v1::GrantChanged;

absl::Status Grants::CheckComplete() const {
  MutexLock lock(mutex_);
  if (!enabled() || complete_) return absl::OkStatus();
  return WithRetryDelay(Error(absl::StatusCode::kUnavailable, "GRANTS_UNREAD",
                              "the topic of grants has not been read whole yet; try again"),
                        absl::Seconds(1));
}

bool Grants::other_key() const {
  MutexLock lock(mutex_);
  return complete_ &&
         index_.complete() != change::SubjectHash(options_.key, change::kGrantsComplete);
}

absl::Duration Grants::lag() const {
  if (!enabled()) return absl::ZeroDuration();
  MutexLock lock(mutex_);
  return clock_.Uptime() - caught_up_.value_or(started_);
}

bool Grants::behind() const {
  if (!enabled()) return false;
  MutexLock lock(mutex_);
  if (!complete_ || !caught_up_) return true;
  return clock_.Uptime() - *caught_up_ > options_.hold_after;
}

GrantIndex::Counts Grants::counts() const {
  MutexLock lock(mutex_);
  return index_.counts();
}

std::vector<SubjectKey> Grants::KeysOf(std::string_view subject) const {
  if (!enabled() || subject.empty()) return {};
  return notification::KeysOf(options_.key, subject);
}

std::vector<Granted> Grants::Of(const std::vector<SubjectKey>& keys) const {
  std::vector<Granted> granted;
  {
    MutexLock lock(mutex_);
    granted = index_.Of(keys);
  }
  // Of each resource the highest role stands last.
  std::ranges::sort(granted);
  std::vector<Granted> highest;
  for (Granted& one : granted) {
    if (!highest.empty() && highest.back().resource == one.resource) highest.pop_back();
    highest.push_back(std::move(one));
  }
  return highest;
}

filter::Viewer Grants::ViewerOf(const std::vector<SubjectKey>& keys) const {
  filter::Viewer viewer = filter::Viewer::Public();
  for (const Granted& one : Of(keys)) {
    viewer.members.push_back(one.resource);
    if (one.role >= GrantChanged::ROLE_EDITOR) viewer.edits.push_back(one.resource);
    if (one.role >= GrantChanged::ROLE_OWNER) viewer.owns.push_back(one.resource);
  }
  return viewer;
}

void Grants::Listen(Listener listener) {
  MutexLock lock(listener_mutex_);
  listener_ = std::move(listener);
}

void Grants::Tell(const GrantIndex::Keys& touched) {
  if (touched.empty()) return;
  MutexLock lock(listener_mutex_);
  if (listener_) listener_(touched);
}

void Grants::Take(const Item& item, GrantIndex& index, GrantIndex::Keys& touched) {
  if (item.forgotten) {
    index.Forget(item.name, touched);
  } else if (item.grant.ok()) {
    index.Take(*item.grant, touched);
  } else {
    index.TakeUnreadable(item.name, touched);
  }
}

void Grants::Apply(const std::vector<Item>& items) {
  GrantIndex::Keys touched;
  {
    MutexLock lock(mutex_);
    for (const Item& item : items) Take(item, index_, touched);
  }
  Tell(touched);
}

void Grants::Replace(GrantIndex index) {
  GrantIndex::Keys touched;
  {
    MutexLock lock(mutex_);
    touched = GrantIndex::Difference(index_, index);
    std::swap(index_, index);
  }
  // Waiters hear that it is complete only when no lookup goes by what was there before.
  Tell(touched);
  MutexLock lock(mutex_);
  complete_ = true;
}

void Grants::CaughtUp(absl::Duration uptime) {
  MutexLock lock(mutex_);
  caught_up_ = std::max(caught_up_.value_or(uptime), uptime);
}

}  // namespace clusterwire::notification
