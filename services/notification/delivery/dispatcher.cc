#include "services/notification/delivery/dispatcher.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/status_macros.h"
#include "libs/telemetry/log.h"
#include "libs/telemetry/trace.h"
#include "services/notification/delivery/recorder.h"
#include "services/notification/delivery/settlement.h"

namespace clusterwire::notification {
namespace {

Result::Health HealthOf(const Outcome& outcome) {
  const auto* wait = std::get_if<Wait>(&outcome);
  const auto* dead = std::get_if<Dead>(&outcome);
  if ((wait != nullptr && wait->ours) || (dead != nullptr && dead->ours)) {
    return Result::Health::kUnknown;
  }
  return std::holds_alternative<Done>(outcome) ? Result::Health::kGood : Result::Health::kBad;
}

}  // namespace

Dispatcher::Dispatcher(Options options, Ledger& ledger, const Interests& interests,
                       Channels channels, DisableEndpoint disable, Clock& clock, Random& random,
                       telemetry::Metrics& metrics)
    : options_(std::move(options)),
      ledger_(ledger),
      channels_(channels),
      disable_(std::move(disable)),
      clock_(clock),
      random_(random),
      metrics_(metrics),
      loader_(ledger, interests),
      agenda_(options_.agenda, random),
      worker_(
          clock, random, [this] { return Step(); }, {.limit = absl::Seconds(10)},
          std::shared_ptr<Wakeup>(outcomes_, &outcomes_->wakeup)) {}

Dispatcher::~Dispatcher() {
  worker_.Stop();
  Finish();
}

void Dispatcher::Offer(std::vector<PendingDelivery> deliveries) {
  {
    MutexLock lock(mutex_);
    if (offers_.size() + deliveries.size() > kOfferLimit) {
      reload_ = true;
    } else {
      std::move(deliveries.begin(), deliveries.end(), std::back_inserter(offers_));
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
  TakeOutcomes();
  const absl::Status status = Work();
  metrics_.in_flight.Set(agenda_.in_flight());
  metrics_.loaded.Set(static_cast<double>(agenda_.loaded()));
  if (!status.ok()) {
    metrics_.ledger_errors.Add();
    telemetry::LogWarning("deliveries wait for the ledger", {{"error", status}});
    return status;
  }
  return NextLook();
}

void Dispatcher::TakeOffers() {
  std::vector<PendingDelivery> offers;
  {
    MutexLock lock(mutex_);
    offers = std::exchange(offers_, {});
    if (std::exchange(reload_, false)) next_sweep_ = absl::InfinitePast();
  }
  for (PendingDelivery& delivery : offers) {
    if (!agenda_.Offer(std::move(delivery))) metrics_.left_in_ledger.Add();
  }
}

void Dispatcher::TakeOutcomes() {
  for (const Outcomes::Ended& ended : outcomes_->Take()) AddResult(ended);
}

absl::Status Dispatcher::Work() {
  RETURN_IF_ERROR(Record());
  if (clock_.Now() >= next_sweep_) RETURN_IF_ERROR(FindPending());
  RETURN_IF_ERROR(LoadMore());
  return StartDue();
}

absl::Time Dispatcher::NextLook() const {
  if (!unrecorded_.empty() || !agenda_.ToLoad(1).empty()) return absl::InfinitePast();
  return std::min(agenda_.NextDue(), next_sweep_);
}

absl::Status Dispatcher::FindPending() {
  std::string after;
  std::vector<std::string> endpoints;
  do {
    ASSIGN_OR_RETURN(endpoints, ledger_.Read([&](sql::Connection& connection) {
      return Deliveries(connection).EndpointsWithPending(after, kPage);
    }));
    for (const std::string& endpoint : endpoints) agenda_.MarkMore(endpoint);
    if (!endpoints.empty()) after = endpoints.back();
  } while (endpoints.size() == kPage);
  next_sweep_ = clock_.Now() + options_.sweep;
  return absl::OkStatus();
}

absl::Status Dispatcher::LoadMore() {
  const auto limit = static_cast<int>(options_.agenda.loaded_per_endpoint);
  for (const std::string& endpoint : agenda_.ToLoad(kPage)) {
    ASSIGN_OR_RETURN(std::vector<PendingDelivery> pending,
                     ledger_.Read([&](sql::Connection& connection) {
                       return Deliveries(connection).Pending(endpoint, limit);
                     }));
    const bool complete = pending.size() < static_cast<size_t>(limit);
    agenda_.Loaded(endpoint, std::move(pending), complete);
  }
  return absl::OkStatus();
}

absl::Status Dispatcher::StartDue() {
  const absl::Time now = clock_.Now();
  const std::vector<PendingDelivery> due = agenda_.Take(now, kTaken);
  if (due.empty()) return absl::OkStatus();
  absl::StatusOr<JobLoader::Loaded> loaded = loader_.Load(due);
  if (!loaded.ok()) {
    for (const PendingDelivery& delivery : due) {
      agenda_.Postpone(delivery, delivery.attempts, delivery.due);
    }
    return loaded.status();
  }
  for (const PendingDelivery& delivery : loaded->settled) agenda_.Settle(delivery);
  for (std::shared_ptr<const Job>& job : loaded->jobs) Start(std::move(job));
  return absl::OkStatus();
}

void Dispatcher::Start(std::shared_ptr<const Job> job) {
  const absl::Time now = clock_.Now();
  if (!job->record) {
    SettleUntried(job, v1::Delivery::STATE_DEAD, "the kept record of the change can't be read",
                  now);
    return;
  }
  const std::variant<Go, Wait, Drop> answer = Ask(gates_, *job);
  if (const auto* wait = std::get_if<Wait>(&answer)) {
    SettleUntried(job, v1::Delivery::STATE_PENDING, wait->reason, wait->until);
    return;
  }
  if (const auto* drop = std::get_if<Drop>(&answer)) {
    SettleUntried(job, v1::Delivery::STATE_SUPPRESSED, drop->reason, now);
    return;
  }
  Channel& channel = job->endpoint->has_webhook() ? channels_.webhook : channels_.inbox;
  absl::StatusOr<Rendered> rendered = channel.Render(*job);
  if (!rendered.ok()) {
    AddResult(
        {job, Dead{.reason = std::string(rendered.status().message()), .ours = true}, now, now});
    return;
  }
  channel.Send(job, *std::move(rendered), now + options_.try_limit,
               [job, outcomes = outcomes_, &clock = clock_, now](Outcome outcome) {
                 outcomes->Put({job, std::move(outcome), now, clock.Now()});
               });
}

void Dispatcher::SettleUntried(std::shared_ptr<const Job> job, v1::Delivery::State state,
                               const std::string& reason, absl::Time due) {
  const std::string name = job->delivery.name;
  unrecorded_.push_back(
      {.job = std::move(job),
       .settlement = {
           .delivery = name, .state = state, .reason = reason, .time = clock_.Now(), .due = due}});
}

void Dispatcher::AddResult(const Outcomes::Ended& ended) {
  const Job& job = *ended.job;
  Result result{.job = ended.job,
                .settlement = SettlementOf(job.delivery, ended.outcome, ended.begun, ended.ended,
                                           options_.schedule, random_)};
  if (job.endpoint->has_webhook()) result.health = HealthOf(ended.outcome);
  if (const auto* wait = std::get_if<Wait>(&ended.outcome)) {
    result.until = ObeyedUntil(*wait, ended.ended);
  }
  if (const auto* dead = std::get_if<Dead>(&ended.outcome)) {
    result.disable_endpoint = dead->disable_endpoint;
  }
  metrics_.attempt_seconds.Observe(ended.ended - ended.begun);
  unrecorded_.push_back(std::move(result));
}

absl::Status Dispatcher::Record() {
  if (unrecorded_.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto failing, RecordResults(ledger_, unrecorded_));
  for (const Result& result : std::exchange(unrecorded_, {})) Apply(result);
  for (const auto& [endpoint, since] : failing) {
    if (clock_.Now() - since >= options_.disable_after) {
      Disable(endpoint, absl::StrCat("nothing succeeded there since ",
                                     absl::FormatTime(since, absl::UTCTimeZone())));
    }
  }
  return absl::OkStatus();
}

// After the commit: memory follows the ledger.
void Dispatcher::Apply(const Result& result) {
  const PendingDelivery& delivery = result.job->delivery;
  const Settlement& settlement = result.settlement;
  const std::string parent = result.job->record ? result.job->record->trace : "";
  const telemetry::TraceScope trace(
      telemetry::TraceContext::Parse(parent).value_or(telemetry::TraceContext()));
  if (result.health == Result::Health::kGood) {
    agenda_.Succeeded(delivery.endpoint);
  } else if (result.health == Result::Health::kBad) {
    agenda_.Failed(delivery.endpoint, settlement.time, result.until);
  }
  if (settlement.state == v1::Delivery::STATE_PENDING) {
    agenda_.Postpone(delivery,
                     settlement.attempt ? settlement.attempt->number() : delivery.attempts,
                     settlement.due);
  } else {
    agenda_.Settle(delivery);
  }
  metrics_.Count(settlement, delivery.created);
  telemetry::LogInfo("delivery looked at", {{"delivery", delivery.name},
                                            {"endpoint", delivery.endpoint},
                                            {"state", v1::Delivery::State_Name(settlement.state)},
                                            {"reason", settlement.reason}});
  if (result.disable_endpoint) Disable(delivery.endpoint, settlement.reason);
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
    TakeOutcomes();
    const absl::Status status = Record();
    if (!status.ok()) {
      telemetry::LogWarning("deliveries will be repeated", {{"error", status}});
      return;
    }
    if (agenda_.in_flight() == 0 || clock_.Now() >= deadline) return;
    clock_.WaitUntil(outcomes_->wakeup, deadline);
  }
}

}  // namespace clusterwire::notification
