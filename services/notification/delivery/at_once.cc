#include "services/notification/delivery/at_once.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "libs/base/status/error.h"
#include "services/notification/delivery/gates.h"
#include "services/notification/ledger/records/seen_by.h"

namespace clusterwire::notification {
namespace {

// In place of an attempt: there is nothing that could be tried.
constexpr std::string_view kHow = "put there as it matched";

}  // namespace

Channel* AtOnce::ChannelOf(const std::string& name) const {
  const std::shared_ptr<const v1::Endpoint> endpoint = interests_.FindEndpoint(name);
  if (endpoint == nullptr) return nullptr;
  const auto channel = channels_.find(endpoint->channel_case());
  if (channel == channels_.end() || channel->second->has_receiver()) return nullptr;
  return channel->second.get();
}

absl::StatusOr<std::vector<PendingDelivery>> AtOnce::Insert(
    sql::Connection& connection, std::shared_ptr<const KeptRecord> record,
    std::vector<PendingDelivery> deliveries, Done* done) const {
  const std::optional<std::string> seen_by = SeenSince(record->change);
  if (!seen_by) return deliveries;
  std::vector<PendingDelivery> others;
  std::vector<PendingDelivery> candidates;
  std::set<std::string> endpoints;
  for (PendingDelivery& delivery : deliveries) {
    const bool candidate = ChannelOf(delivery.endpoint) != nullptr;
    if (candidate) endpoints.insert(delivery.endpoint);
    (candidate ? candidates : others).push_back(std::move(delivery));
  }
  ASSIGN_OR_RETURN(std::set<std::string> waiting, Deliveries(connection).WithPending(endpoints));
  const absl::Time now = clock_.Now();
  std::vector<PendingDelivery> delivered;
  JobList jobs;                                                 // of these
  std::map<std::string, std::vector<PendingDelivery>> dropped;  // by reason
  for (PendingDelivery& delivery : candidates) {
    if (waiting.contains(delivery.endpoint)) {
      others.push_back(std::move(delivery));
      continue;
    }
    auto job = std::make_shared<const Job>(JobOf(delivery, record, *seen_by, interests_, now));
    const GateAnswer answer = AskGates(*job);
    if (const auto* drop = std::get_if<Drop>(&answer)) {
      dropped[drop->reason].push_back(std::move(delivery));
    } else if (std::holds_alternative<Wait>(answer)) {
      waiting.insert(delivery.endpoint);
      others.push_back(std::move(delivery));
    } else {
      delivered.push_back(std::move(delivery));
      jobs.push_back(std::move(job));
    }
  }
  // A row that was there has its item, or gets it by the dispatcher.
  ASSIGN_OR_RETURN(const std::set<std::string> inserted,
                   Deliveries(connection).InsertDelivered(delivered, kHow, now));
  std::ranges::copy_if(jobs, std::back_inserter(done->jobs),
                       [&](const auto& job) { return inserted.contains(job->delivery.name); });
  for (auto& [reason, some] : dropped) {
    RETURN_IF_ERROR(Deliveries(connection).Insert(some, reason));
    std::ranges::move(some, std::back_inserter(done->dropped));
  }
  return others;
}

absl::Status AtOnce::Write(sql::Connection& connection, const Done& done) const {
  std::map<Channel*, JobList> by_channel;
  for (const std::shared_ptr<const Job>& job : done.jobs) {
    by_channel[channels_.at(job->endpoint->channel_case()).get()].push_back(job);
  }
  for (const auto& [channel, jobs] : by_channel) {
    RETURN_IF_ERROR(channel->Write(connection, jobs));
  }
  return absl::OkStatus();
}

void AtOnce::Written(const Done& done) {
  const absl::Time now = clock_.Now();
  for (const std::shared_ptr<const Job>& job : done.jobs) {
    channels_.at(job->endpoint->channel_case())->Written(*job);
    metrics_.Count({.state = v1::Delivery::STATE_DELIVERED, .time = now}, job->delivery.created);
  }
  for (const PendingDelivery& delivery : done.dropped) {
    metrics_.Count({.state = v1::Delivery::STATE_SUPPRESSED, .time = now}, delivery.created);
  }
}

}  // namespace clusterwire::notification
