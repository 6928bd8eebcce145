#include "services/notification/channels/told.h"

#include <algorithm>
#include <map>
#include <utility>

namespace clusterwire::notification {
namespace {

using JobPointer = std::shared_ptr<const Job>;

std::vector<JobPointer> InOrder(const Job& job) {
  auto first = std::make_shared<Job>(job);
  first->others.clear();
  first->digest.reset();
  first->left_out = 0;
  std::vector<JobPointer> jobs = job.others;
  jobs.push_back(std::move(first));
  std::ranges::sort(jobs, [](const JobPointer& a, const JobPointer& b) {
    return std::pair(a->delivery.sequence, a->delivery.name) <
           std::pair(b->delivery.sequence, b->delivery.name);
  });
  return jobs;
}

// How one subscription is told of a resource of which it has these, oldest first.
JobPointer Summed(const std::vector<JobPointer>& jobs) {
  const JobPointer& last = jobs.back();
  const KeptRecord* newest = last->latest != nullptr ? last->latest.get() : last->record.get();
  if (jobs.size() == 1 && last->latest == nullptr) return last;
  auto sum = std::make_shared<Job>(*last);
  sum->latest = nullptr;
  if (last->delivery.transition == v1::TRANSITION_LEFT) return sum;  // told from the image before
  auto record = std::make_shared<KeptRecord>(*last->record);
  change::v1::ResourceChanged& change = record->change;
  const change::v1::ResourceChanged& first = jobs.front()->record->change;
  change.clear_before();
  if (first.has_before()) *change.mutable_before() = first.before();
  if (newest->change.has_after()) *change.mutable_after() = newest->change.after();
  // What began to match meanwhile has begun.
  const bool entered = std::ranges::any_of(jobs, [](const JobPointer& job) {
    return job->delivery.transition == v1::TRANSITION_ENTERED;
  });
  if (entered) sum->delivery.transition = v1::TRANSITION_ENTERED;
  sum->record = std::move(record);
  return sum;
}

Told ToldOf(const std::vector<JobPointer>& jobs) {
  Told told;
  std::vector<std::string> names;  // of subscriptions, in order
  std::map<std::string, std::vector<JobPointer>> by;
  for (const JobPointer& job : jobs) {
    const bool known = std::ranges::any_of(told.changes, [&](const JobPointer& other) {
      return other->delivery.change_id == job->delivery.change_id;
    });
    if (!known) told.changes.push_back(job);
    std::vector<JobPointer>& own = by[job->delivery.subscription];
    if (own.empty()) names.push_back(job->delivery.subscription);
    own.push_back(job);
  }
  for (const std::string& name : names) told.subscriptions.push_back(Summed(by[name]));
  // Another subscription at the mailbox may still have what one has lost.
  const auto has_it = [](const JobPointer& one) {
    return one->delivery.transition != v1::TRANSITION_LEFT &&
           one->delivery.transition != v1::TRANSITION_CORRECTED;
  };
  const auto first = std::ranges::find_if(told.subscriptions, has_it);
  told.job = first == told.subscriptions.end() ? told.subscriptions.front() : *first;
  return told;
}

}  // namespace

std::vector<Told> ToldBy(const Job& job) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<JobPointer>> by_resource;
  for (JobPointer& one : InOrder(job)) {
    const std::string& name = one->record->change.name();
    std::vector<JobPointer>& jobs = by_resource[name];
    if (jobs.empty()) order.push_back(name);
    jobs.push_back(std::move(one));
  }
  std::vector<Told> told;
  for (const std::string& name : order) told.push_back(ToldOf(by_resource[name]));
  return told;
}

std::vector<std::string> SubscriptionTitles(const Job& job) {
  std::vector<std::string> titles = {job.interest->subscription.title()};
  for (const JobPointer& other : job.others) {
    const std::string& title = other->interest->subscription.title();
    if (std::ranges::find(titles, title) == titles.end()) titles.push_back(title);
  }
  return titles;
}

}  // namespace clusterwire::notification
