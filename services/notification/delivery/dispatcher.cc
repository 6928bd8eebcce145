#include "services/notification/delivery/dispatcher.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

#include "clusterwire/notification/v1/hold.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/telemetry/log.h"
#include "libs/telemetry/trace.h"
#include "services/notification/ledger/deliveries/given_up.h"
#include "services/notification/ledger/records/records.h"

namespace clusterwire::notification {
namespace {

constexpr int kGaps = 5;  // of disable_after: the longest that counts of a gap between failures

// Whether tries there take a place. A delivery to an unknown endpoint ends at a gate.
DeliveryQueue::HasReceiver HasReceiver(const Interests& interests, const Channels& channels) {
  return [&interests, &channels](const std::string& name) {
    const std::shared_ptr<const v1::Endpoint> endpoint = interests.FindEndpoint(name);
    if (endpoint == nullptr) return true;
    const auto channel = channels.find(endpoint->channel_case());
    return channel == channels.end() || channel->second->has_receiver();
  };
}

DeliveryQueue::OverServer OverServer(const Interests& interests, const Channels& channels) {
  return [&interests, &channels](const std::string& name) {
    const std::shared_ptr<const v1::Endpoint> endpoint = interests.FindEndpoint(name);
    if (endpoint == nullptr) return false;
    const auto channel = channels.find(endpoint->channel_case());
    return channel != channels.end() && channel->second->over_server();
  };
}

bool IsMail(const Job& job) { return job.endpoint != nullptr && job.endpoint->has_email(); }

// One that the database can't hold, so that it keeps no other from being written down.
DeliveryResult Unwritable(DeliveryResult result, const absl::Status& status) {
  result.state = v1::Delivery::STATE_DEAD;
  result.reason =
      absl::StrCat("its result can't be written down: ", Printable(ToStd(status.message()), 200));
  if (result.attempt) result.attempt->set_detail(result.reason);
  return result;
}

}  // namespace

Dispatcher::Dispatcher(Options options, Ledger& ledger, Interests& interests,
                       const Channels& channels, DisableEndpoint disable, Clock& clock,
                       Random& random, telemetry::Metrics& metrics)
    : options_(std::move(options)),
      ledger_(ledger),
      interests_(interests),
      channels_(channels),
      disable_(std::move(disable)),
      clock_(clock),
      metrics_(metrics),
      loader_(ledger, interests, clock, options_.address_key),
      gatherer_(options_.mails, interests),
      queue_(options_.queue, HasReceiver(interests, channels), random,
             OverServer(interests, channels)),
      uptime_began_(clock.Now() - clock.Uptime()),
      results_(std::make_shared<ResultQueue>(options_.schedule, clock, random)),
      worker_(
          clock, random, [this] { return Step(); }, {.limit = absl::Seconds(10)},
          std::shared_ptr<Wakeup>(results_, &results_->wakeup)) {
  interests_.Listen([this](Interests::News news, const std::string& name) {
    {
      MutexLock lock(mutex_);
      news_.emplace(name, news);
    }
    worker_.Wake();
  });
}

Dispatcher::~Dispatcher() {
  interests_.Listen(nullptr);
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
  FollowClock();
  TakeNews();
  TakeOffers();
  TakeResults();
  const absl::Status status = Work();
  metrics_.in_flight.Set(queue_.in_flight());
  metrics_.loaded.Set(static_cast<double>(queue_.loaded()));
  if (!interests_.grants().behind()) held_.clear();
  metrics_.held.Set(static_cast<double>(held_.size()));
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
    if (std::exchange(reload_, false)) next_sweep_ = -absl::InfiniteDuration();
  }
  for (std::shared_ptr<const KeptRecord>& record : newest) loader_.Keep(std::move(record));
  for (PendingDelivery& delivery : offers) {
    SetOrder(delivery);
    if (!queue_.Offer(std::move(delivery), clock_.Uptime())) metrics_.left_in_ledger.Add();
  }
}

void Dispatcher::TakeResults() {
  std::ranges::move(results_->Take(), std::back_inserter(unrecorded_));
}

absl::Status Dispatcher::Work() {
  RETURN_IF_ERROR(RecordAll());
  if (clock_.Uptime() >= next_sweep_) RETURN_IF_ERROR(FindPending());
  RETURN_IF_ERROR(FollowMoved());
  RETURN_IF_ERROR(FollowRecut());
  RETURN_IF_ERROR(FollowRescheduled());
  RETURN_IF_ERROR(LoadMore());
  return StartDue();
}

absl::Time Dispatcher::NextLook() const {
  if (!unrecorded_.empty() || !moved_.empty() || !rescheduled_.empty() || !recut_.empty() ||
      !queue_.ToLoad(1).empty()) {
    return absl::InfinitePast();
  }
  return clock_.Now() + (std::min(queue_.NextDue(), next_sweep_) - clock_.Uptime());
}

absl::Status Dispatcher::FindPending() {
  RETURN_IF_ERROR(ledger_
                      .Write([this](sql::Connection& connection) {
                        return Bundles(connection).Heal("", clock_.Now());
                      })
                      .status());
  std::string after;
  std::vector<std::string> endpoints;
  do {
    ASSIGN_OR_RETURN(endpoints, ledger_.Read([&](sql::Connection& connection) {
      return Deliveries(connection).EndpointsWithPending(after, kPage);
    }));
    for (const std::string& endpoint : endpoints) queue_.MarkMore(endpoint);
    if (!endpoints.empty()) after = endpoints.back();
  } while (endpoints.size() == kPage);
  ASSIGN_OR_RETURN(
      const std::vector<std::string> gaps,
      ledger_.Read([](sql::Connection& connection) { return GivenUp(connection).Endpoints(); }));
  interests_.notes().SetGaps({gaps.begin(), gaps.end()});
  next_sweep_ = clock_.Uptime() + options_.sweep;
  metrics_.sweeps.Add();
  return absl::OkStatus();
}

absl::Status Dispatcher::LoadMore() {
  for (const std::string& endpoint : queue_.ToLoad(kLoads)) {
    const size_t room = queue_.Room();
    ASSIGN_OR_RETURN(
        std::vector<PendingDelivery> pending, ledger_.Read([&](sql::Connection& connection) {
          return Deliveries(connection).Pending(endpoint, static_cast<int>(room), clock_.Now());
        }));
    const bool complete = pending.size() < room;
    for (PendingDelivery& delivery : pending) {
      SetOrder(delivery);
      if (rushed_.contains(endpoint)) delivery.wait = absl::ZeroDuration();
    }
    if (complete) rushed_.erase(endpoint);
    queue_.Loaded(endpoint, std::move(pending), complete, clock_.Uptime());
  }
  return absl::OkStatus();
}

absl::Status Dispatcher::StartDue() {
  const absl::Duration begun = clock_.Uptime();
  const std::vector<PendingDelivery> due = queue_.Take(begun, kTaken);
  if (due.empty()) return absl::OkStatus();
  absl::StatusOr<JobLoader::Loaded> loaded = loader_.Load(due, begun);
  if (!loaded.ok()) {
    for (const PendingDelivery& delivery : due) queue_.Postpone(delivery, begun);
    return loaded.status();
  }
  for (const PendingDelivery& delivery : loaded->ended) queue_.Remove(delivery);
  for (std::shared_ptr<const Job>& job : loaded->jobs) {
    // Large ones take long to write out: what came meanwhile has its turn before the rest.
    if (clock_.Uptime() - begun > kSlice && job != loaded->jobs.front()) {
      queue_.Postpone(job->delivery, begun);
    } else {
      Start(std::move(job));
    }
  }
  return StartMails();
}

void Dispatcher::Start(std::shared_ptr<const Job> job) {
  const std::string& endpoint = job->delivery.endpoint;
  if (job->interest != nullptr && job->interest->subscription.endpoint() != endpoint) {
    moved_.insert(job->delivery.subscription);
    queue_.Postpone(job->delivery, clock_.Uptime());
    return;
  }
  if (IsOnItsWay(job->delivery)) {
    queue_.Postpone(job->delivery, clock_.Uptime() + kOnItsWayPause);
    return;
  }
  const absl::Time now = clock_.Now();
  under_way_[job->delivery.name] = job;
  if (!job->record) {
    EndUntried(*job, v1::Delivery::STATE_DEAD, "the kept record of the change can't be read");
    return;
  }
  const GateAnswer answer = AskGates(*job);
  const bool held = job->held_until && std::holds_alternative<Wait>(answer);
  if (held) {
    held_.insert(job->delivery.name);
  } else {
    held_.erase(job->delivery.name);
  }
  if (IsMail(*job) && (std::holds_alternative<Go>(answer) ||
                       (std::holds_alternative<Wait>(answer) && !job->delivery.bundle.empty()))) {
    mails_.push_back(std::move(job));
    return;
  }
  if (const auto* wait = std::get_if<Wait>(&answer)) {
    if (wait->asleep && job->hold != nullptr) held_at_[job->hold->name()].insert(endpoint);
    const absl::Duration pause = std::max(absl::ZeroDuration(), wait->until - now);
    EndUntried(*job, v1::Delivery::STATE_PENDING, wait->reason,
               wait->asleep ? absl::ZeroDuration() : pause, pause);
    return;
  }
  if (const auto* drop = std::get_if<Drop>(&answer)) {
    EndUntried(*job, v1::Delivery::STATE_SUPPRESSED, drop->reason);
    return;
  }
  Send(std::move(job));
}

// Whether a mail with all of the delivery's bundle is under way, by a carrier that was dropped
// meanwhile: how that ends is the end of this one.
bool Dispatcher::IsOnItsWay(const PendingDelivery& delivery) const {
  if (delivery.bundle.empty()) return false;
  return std::ranges::any_of(under_way_, [&](const auto& other) {
    return other.first != delivery.name && other.second->delivery.bundle == delivery.bundle;
  });
}

void Dispatcher::Send(std::shared_ptr<const Job> job) {
  const std::string& endpoint = job->delivery.endpoint;
  const absl::Time now = clock_.Now();
  const auto channel = channels_.find(job->endpoint->channel_case());
  if (channel == channels_.end()) {
    EndUntried(*job, v1::Delivery::STATE_PENDING,
               "this service can't reach endpoints of that kind: a newer release made it, or its "
               "channel isn't configured here any more",
               kUnknownChannelPause);
    return;
  }
  const absl::Duration limit =
      channel->second->time_limit(queue_.TimeLimit(endpoint, options_.try_limit));
  const absl::Duration uptime = clock_.Uptime();
  channel->second->Send(job, uptime + limit,
                        [job, results = results_, now, uptime](const Outcome& outcome) {
                          results->Put(*job, outcome, now, uptime);
                        });
}

void Dispatcher::EndUntried(const Job& job, v1::Delivery::State state, const std::string& reason,
                            absl::Duration pause, absl::Duration asleep) {
  unrecorded_.push_back({.delivery = job.delivery.name,
                         .state = state,
                         .reason = reason,
                         .time = clock_.Now(),
                         .uptime = clock_.Uptime(),
                         .pause = pause,
                         .asleep = asleep});
}

absl::Status Dispatcher::RecordAll() {
  if (unrecorded_.empty()) return absl::OkStatus();
  absl::Status status = Record(unrecorded_);
  if (status.ok()) unrecorded_.clear();
  if (!absl::IsInvalidArgument(status)) return status;
  while (!unrecorded_.empty()) {
    DeliveryResult& last = unrecorded_.back();
    status = Record({&last, 1});
    if (absl::IsInvalidArgument(status)) {
      last = Unwritable(std::move(last), status);
      status = Record({&last, 1});
    }
    RETURN_IF_ERROR(status);
    unrecorded_.pop_back();
  }
  return absl::OkStatus();
}

absl::Status Dispatcher::Record(std::span<const DeliveryResult> results) {
  ASSIGN_OR_RETURN(
      const std::vector<Trouble> troubles,
      RecordResults(ledger_, channels_, results, under_way_, options_.disable_after / kGaps));
  for (const DeliveryResult& result : results) Apply(result);
  for (const Trouble& trouble : troubles) {
    if (trouble.failures > 0 && trouble.failing >= options_.disable_after) {
      Disable(trouble.endpoint,
              absl::StrCat("nothing succeeded there since ",
                           absl::FormatTime(trouble.since, absl::UTCTimeZone()), ", ",
                           trouble.failures, " tries failed; the last one: ", trouble.detail));
    }
  }
  return absl::OkStatus();
}

// After the commit: memory follows the ledger.
void Dispatcher::Apply(const DeliveryResult& result) {
  const auto job = std::move(under_way_.extract(result.delivery).mapped());
  const PendingDelivery& delivery = job->delivery;
  queue_.Ended(delivery, result, result.uptime);
  if (result.state == v1::Delivery::STATE_DEAD && delivery.root != delivery.name) {
    interests_.notes().AddGap(delivery.endpoint);
  }
  const bool out = result.state == v1::Delivery::STATE_SUPPRESSED ||
                   (result.state == v1::Delivery::STATE_DEAD && !result.attempt);
  if (out && !delivery.bundle.empty()) {
    next_sweep_ = -absl::InfiniteDuration();  // another carries what went with it
  }
  if (result.state == v1::Delivery::STATE_PENDING) {
    PendingDelivery next = delivery;
    next.known = std::min(next.known, result.time);
    if (result.attempt) next.attempts = result.attempt->number();
    next.tries_before += result.uncounted ? 1 : 0;
    next.at_once = result.uncounted ? next.at_once + 1 : 0;
    const bool asleep = result.asleep > absl::ZeroDuration() && IsStopped(*job);
    queue_.Postpone(next, result.uptime + (asleep ? result.asleep : result.pause));
    if (job->interest != nullptr) NoteIfMoved(next);
  } else {
    queue_.Remove(delivery);
  }
  if (result.state == v1::Delivery::STATE_DELIVERED) {
    channels_.at(job->endpoint->channel_case())->Written(*job);
  }
  metrics_.Count(result, delivery.created);
  // What goes as it should stands in the ledger and is counted.
  if (result.state != v1::Delivery::STATE_DELIVERED) {
    const std::string parent = job->record ? job->record->trace : "";
    const telemetry::TraceScope trace(
        telemetry::TraceContext::Parse(parent).value_or(telemetry::TraceContext()));
    telemetry::LogInfo("delivery looked at", {{"delivery", delivery.name},
                                              {"endpoint", delivery.endpoint},
                                              {"state", v1::Delivery::State_Name(result.state)},
                                              {"reason", result.reason}});
  }
  if (result.disable_endpoint) Disable(delivery.endpoint, result.reason);
}

void Dispatcher::NoteIfMoved(const PendingDelivery& delivery) {
  const std::shared_ptr<const Interest> interest = interests_.Find(delivery.subscription);
  if (interest != nullptr && interest->subscription.endpoint() != delivery.endpoint) {
    moved_.insert(delivery.subscription);
  }
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
  const absl::Duration end = clock_.Uptime() + options_.stop_grace;
  while (true) {
    TakeResults();
    const absl::Status status = RecordAll();
    if (!status.ok()) {
      telemetry::LogWarning("deliveries will be repeated", {{"error", status}});
      return;
    }
    const absl::Duration left = end - clock_.Uptime();
    if (queue_.in_flight() == 0 || left <= absl::ZeroDuration()) return;
    clock_.WaitUntil(results_->wakeup, clock_.Now() + left);
  }
}

}  // namespace clusterwire::notification
