#include "services/notification/delivery/dispatcher.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/telemetry/log.h"
#include "libs/telemetry/trace.h"

namespace clusterwire::notification {
Dispatcher::Dispatcher(Options options, Ledger& ledger, const Interests& interests,
                       const Channels& channels, DisableEndpoint disable, Clock& clock,
                       Random& random, telemetry::Metrics& metrics)
    : options_(std::move(options)),
      ledger_(ledger),
      channels_(channels),
      disable_(std::move(disable)),
      clock_(clock),
      metrics_(metrics),
      loader_(ledger, interests),
      queue_(options_.queue, random),
      results_(std::make_shared<ResultQueue>(options_.schedule, clock, random)),
      worker_(
          clock, random, [this] { return Step(); }, {.limit = absl::Seconds(10)},
          std::shared_ptr<Wakeup>(results_, &results_->wakeup)) {}

Dispatcher::~Dispatcher() {
  worker_.Stop();
  Finish();
}

void Dispatcher::Offer(std::vector<PendingDelivery> deliveries,
                       std::vector<std::shared_ptr<const KeptRecord>> newest) {
  {
    MutexLock lock(mutex_);
    if (offers_.size() + deliveries.size() > kOfferLimit) {
      reload_ = true;
    } else {
      std::ranges::move(deliveries, std::back_inserter(offers_));
    }
    if (newest_.size() + newest.size() > kNewestLimit) {
      newest_.clear();
      forget_ = true;
    } else {
      std::ranges::move(newest, std::back_inserter(newest_));
    }
  }
  worker_.Wake();
}

void Dispatcher::Reload() {
  {
    MutexLock lock(mutex_);
    reload_ = true;
  }
  worker_.Wake();
}

absl::StatusOr<absl::Time> Dispatcher::Step() {
  TakeOffers();
  TakeResults();
  const absl::Status status = Work();
  metrics_.in_flight.Set(queue_.in_flight());
  metrics_.loaded.Set(static_cast<double>(queue_.loaded()));
  if (!status.ok()) {
    metrics_.ledger_errors.Add();
    telemetry::LogWarning("deliveries wait for the ledger", {{"error", status}});
    return status;
  }
  return NextLook();
}

void Dispatcher::TakeOffers() {
  std::vector<PendingDelivery> offers;
  std::vector<std::shared_ptr<const KeptRecord>> newest;
  {
    MutexLock lock(mutex_);
    offers = std::exchange(offers_, {});
    newest = std::exchange(newest_, {});
    if (std::exchange(forget_, false)) loader_.Forget();
    if (std::exchange(reload_, false)) next_sweep_ = absl::InfinitePast();
  }
  for (std::shared_ptr<const KeptRecord>& record : newest) loader_.Keep(std::move(record));
  for (PendingDelivery& delivery : offers) {
    if (!queue_.Offer(std::move(delivery))) metrics_.left_in_ledger.Add();
  }
}

void Dispatcher::TakeResults() {
  std::ranges::move(results_->Take(), std::back_inserter(unrecorded_));
}

absl::Status Dispatcher::Work() {
  RETURN_IF_ERROR(RecordAll());
  if (clock_.Now() >= next_sweep_) RETURN_IF_ERROR(FindPending());
  RETURN_IF_ERROR(LoadMore());
  return StartDue();
}

absl::Time Dispatcher::NextLook() const {
  if (!unrecorded_.empty() || !queue_.ToLoad(1).empty()) return absl::InfinitePast();
  return std::min(queue_.NextDue(), next_sweep_);
}

absl::Status Dispatcher::FindPending() {
  std::string after;
  std::vector<std::string> endpoints;
  do {
    ASSIGN_OR_RETURN(endpoints, ledger_.Read([&](sql::Connection& connection) {
      return Deliveries(connection).EndpointsWithPending(after, kPage);
    }));
    for (const std::string& endpoint : endpoints) queue_.MarkMore(endpoint);
    if (!endpoints.empty()) after = endpoints.back();
  } while (endpoints.size() == kPage);
  next_sweep_ = clock_.Now() + options_.sweep;
  return absl::OkStatus();
}

absl::Status Dispatcher::LoadMore() {
  const auto limit = static_cast<int>(options_.queue.loaded_per_endpoint);
  for (const std::string& endpoint : queue_.ToLoad(kPage)) {
    ASSIGN_OR_RETURN(std::vector<PendingDelivery> pending,
                     ledger_.Read([&](sql::Connection& connection) {
                       return Deliveries(connection).Pending(endpoint, limit);
                     }));
    const bool complete = pending.size() < static_cast<size_t>(limit);
    queue_.Loaded(endpoint, std::move(pending), complete);
  }
  return absl::OkStatus();
}

absl::Status Dispatcher::StartDue() {
  const absl::Time now = clock_.Now();
  const std::vector<PendingDelivery> due = queue_.Take(now, kTaken);
  if (due.empty()) return absl::OkStatus();
  absl::StatusOr<JobLoader::Loaded> loaded = loader_.Load(due, now);
  if (!loaded.ok()) {
    for (const PendingDelivery& delivery : due) {
      queue_.Postpone(delivery, delivery.attempts, delivery.due);
    }
    return loaded.status();
  }
  for (const PendingDelivery& delivery : loaded->ended) queue_.Remove(delivery);
  for (std::shared_ptr<const Job>& job : loaded->jobs) Start(std::move(job));
  return absl::OkStatus();
}

void Dispatcher::Start(std::shared_ptr<const Job> job) {
  const absl::Time now = clock_.Now();
  under_way_[job->delivery.name] = job;
  if (!job->record) {
    EndUntried(*job, v1::Delivery::STATE_DEAD, "the kept record of the change can't be read", now);
    return;
  }
  const GateAnswer answer = AskGates(*job);
  if (const auto* wait = std::get_if<Wait>(&answer)) {
    EndUntried(*job, v1::Delivery::STATE_PENDING, wait->reason, wait->until);
    return;
  }
  if (const auto* drop = std::get_if<Drop>(&answer)) {
    EndUntried(*job, v1::Delivery::STATE_SUPPRESSED, drop->reason, now);
    return;
  }
  const auto channel = channels_.find(job->endpoint->channel_case());
  if (channel == channels_.end()) {
    EndUntried(*job, v1::Delivery::STATE_PENDING, "a newer release made the endpoint",
               now + kUnknownChannelPause);
    return;
  }
  channel->second->Send(
      job, now + options_.try_limit,
      [job, results = results_, now](const Outcome& outcome) { results->Put(*job, outcome, now); });
}

void Dispatcher::EndUntried(const Job& job, v1::Delivery::State state, const std::string& reason,
                            absl::Time due) {
  unrecorded_.push_back({.delivery = job.delivery.name,
                         .state = state,
                         .reason = reason,
                         .time = clock_.Now(),
                         .due = due});
}

absl::Status Dispatcher::RecordAll() {
  if (unrecorded_.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto failing, RecordResults(ledger_, channels_, unrecorded_, under_way_));
  for (const DeliveryResult& result : std::exchange(unrecorded_, {})) Apply(result);
  for (const auto& [endpoint, since] : failing) {
    if (clock_.Now() - since >= options_.disable_after) {
      Disable(endpoint, absl::StrCat("nothing succeeded there since ",
                                     absl::FormatTime(since, absl::UTCTimeZone())));
    }
  }
  return absl::OkStatus();
}

// After the commit: memory follows the ledger.
void Dispatcher::Apply(const DeliveryResult& result) {
  const auto job = std::move(under_way_.extract(result.delivery).mapped());
  const PendingDelivery& delivery = job->delivery;
  const std::string parent = job->record ? job->record->trace : "";
  const telemetry::TraceScope trace(
      telemetry::TraceContext::Parse(parent).value_or(telemetry::TraceContext()));
  if (result.health == EndpointHealth::kGood) {
    queue_.Succeeded(delivery.endpoint);
  } else if (result.health == EndpointHealth::kBad) {
    queue_.Failed(delivery.endpoint, result.time, result.retry_after);
  }
  if (result.state == v1::Delivery::STATE_PENDING) {
    queue_.Postpone(delivery, result.attempt ? result.attempt->number() : delivery.attempts,
                    result.due);
  } else {
    queue_.Remove(delivery);
  }
  if (result.state == v1::Delivery::STATE_DELIVERED) {
    channels_.at(job->endpoint->channel_case())->Written(*job);
  }
  metrics_.Count(result, delivery.created);
  telemetry::LogInfo("delivery looked at", {{"delivery", delivery.name},
                                            {"endpoint", delivery.endpoint},
                                            {"state", v1::Delivery::State_Name(result.state)},
                                            {"reason", result.reason}});
  if (result.disable_endpoint) Disable(delivery.endpoint, result.reason);
}

void Dispatcher::Disable(const std::string& endpoint, const std::string& reason) {
  const bool posted = disabler_.TryPost([this, endpoint, reason] {
    const absl::Status status = disable_(endpoint, reason);
    if (status.ok()) metrics_.endpoints_disabled.Add();
    telemetry::LogWarning("endpoint switched off",
                          {{"endpoint", endpoint}, {"reason", reason}, {"result", status}});
  });
  if (!posted) telemetry::LogWarning("endpoint not switched off yet", {{"endpoint", endpoint}});
}

void Dispatcher::Finish() {
  const absl::Time deadline = clock_.Now() + options_.stop_grace;
  while (true) {
    TakeResults();
    const absl::Status status = RecordAll();
    if (!status.ok()) {
      telemetry::LogWarning("deliveries will be repeated", {{"error", status}});
      return;
    }
    if (queue_.in_flight() == 0 || clock_.Now() >= deadline) return;
    clock_.WaitUntil(results_->wakeup, deadline);
  }
}

}  // namespace clusterwire::notification
