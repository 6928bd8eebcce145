#include "services/notification/resources/subscribers/interests.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "clusterwire/notification/v1/hold.pb.h"

#include "libs/base/memory.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/resource/page.h"
#include "services/notification/resources/subscribers/consent_rules.h"
#include "services/notification/resources/subscribers/endpoint_rules.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {
namespace {

// How often a wait looks at the clock when nothing moves.
constexpr auto kLook = std::chrono::milliseconds(20);

// Whether it was there.
template <typename Map>
bool Erase(Map& map, std::string_view name) {
  const auto found = map.find(name);
  if (found == map.end()) return false;
  map.erase(found);
  return true;
}

v1::Subscription Parsed(std::string_view bytes) {
  v1::Subscription subscription;
  // This process wrote it.
  if (!subscription.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) std::abort();
  return subscription;
}

Use UseOf(const v1::Subscription& subscription, bool understood) {
  if (subscription.state() == v1::Subscription::STATE_PAUSED) return Use::kPaused;
  if (subscription.state() != v1::Subscription::STATE_ACTIVE || !understood) return Use::kHeld;
  return subscription.endpoint().empty() ? Use::kSaved : Use::kAsked;
}

// As AddressKey has it.
std::string FoldAddress(std::string_view address) { return absl::AsciiStrToLower(ToAbsl(address)); }

// What of a subscriber says when mails come.
std::pair<std::string, std::string> HoursOf(const v1::Subscriber& subscriber) {
  return {subscriber.time_zone(), subscriber.quiet_hours().SerializeAsString()};
}

}  // namespace

filter::Predicate Interest::predicate() const {
  // It could be compiled when it was taken.
  return *CompileSubscription(subscription, viewer);
}

absl::StatusOr<std::unique_ptr<Interests>> Interests::Load(store::Store& store, Grants& grants,
                                                           Clock& clock, Random& random) {
  std::unique_ptr<Interests> interests(new Interests(store, grants, clock));
  grants.Listen(
      [raw = interests.get()](const GrantIndex::Keys& touched) { raw->FollowGrants(touched); });
  store::Tailer::Options from;
  {
    ASSIGN_OR_RETURN(const auto reader, store.Read());
    RETURN_IF_ERROR(interests->LoadAll(*reader));
    from.after = store::EndOf(reader->revision());
  }
  interests->tailer_ = std::make_unique<store::Tailer>(
      store, clock, random, from, [raw = interests.get()](std::span<const store::Change> changes) {
        return raw->Follow(changes);
      });
  return interests;
}

Interests::~Interests() { grants_.Listen(nullptr); }

absl::Status Interests::LoadAll(const store::Reader& reader) {
  RETURN_IF_ERROR(resource::ForEach(reader, {}, [&](const store::Scanned& one) {
    Take(*one.resource);
    return true;
  }));
  MutexLock lock(mutex_);
  included_ = reader.revision();
  return absl::OkStatus();
}

absl::Status Interests::Follow(std::span<const store::Change> changes) {
  if (changes.empty()) return absl::OkStatus();
  const store::Revision newest = changes.back().position.revision;
  std::set<std::string_view> names;
  for (const store::Change& change : changes) names.insert(change.name);
  {
    // The log may hold no images, so what changed is read again.
    ASSIGN_OR_RETURN(const auto reader, store_.Read(newest));
    for (const std::string_view name : names) {
      const store::ResourceType* type = store_.registry().ForName(name);
      if (type == nullptr) continue;
      const std::unique_ptr<store::Message> resource(type->prototype->New());
      const absl::Status found = reader->Load(name, resource.get());
      if (absl::IsNotFound(found)) {
        Drop(name);
      } else if (found.ok()) {
        Take(*resource);
      } else {
        return found;
      }
    }
  }
  MutexLock lock(mutex_);
  included_ = newest;
  moved_.NotifyAll();
  return absl::OkStatus();
}

void Interests::Take(const store::Message& resource) {
  MutexLock writing(writing_);
  if (const auto* subscription = dynamic_cast<const v1::Subscription*>(&resource)) {
    TakeSubscription(*subscription);
  } else if (const auto* endpoint = dynamic_cast<const v1::Endpoint*>(&resource)) {
    {
      MutexLock lock(mutex_);
      SetEndpoint(*endpoint);
    }
    Tell(News::kEndpointWritten, endpoint->name());
  } else if (const auto* subscriber = dynamic_cast<const v1::Subscriber*>(&resource)) {
    TakeSubscriber(*subscriber);
  }
}

void Interests::TakeSubscriber(const v1::Subscriber& subscriber) {
  auto inbox = std::make_shared<const v1::Endpoint>(InboxOf(subscriber));
  const std::string& subject = subscriber.subject();
  std::vector<SubjectKey> keys = grants_.KeysOf(subject);
  std::vector<v1::Subscription> rescheduled;
  bool same_subject = false;
  bool resumed = false;
  {
    MutexLock lock(mutex_);
    endpoints_[inbox->name()] = std::move(inbox);
    std::shared_ptr<const v1::Subscriber>& kept = subscribers_[subscriber.name()];
    if (kept != nullptr && HoursOf(*kept) != HoursOf(subscriber)) {
      rescheduled = AskedOf(subscriber.name());
    }
    resumed = kept != nullptr && kept->has_pause_time() && !subscriber.has_pause_time();
    kept = std::make_shared<const v1::Subscriber>(subscriber);
    const auto known = subjects_of_.find(subscriber.name());
    same_subject = known == subjects_of_.end() ? subject.empty() : known->second == subject;
    if (!same_subject) Leave(subscriber.name());
    if (!same_subject && !subject.empty()) {
      subjects_of_[subscriber.name()] = subject;
      for (const SubjectKey& key : keys) by_key_[key].insert(subject);
      Subject& known_subject = subjects_[subject];
      known_subject.subscribers.insert(subscriber.name());
      known_subject.keys = std::move(keys);
    }
  }
  if (resumed) Tell(News::kSubscriberResumed, subscriber.name());
  for (const v1::Subscription& subscription : rescheduled) {
    Tell(News::kSubscriptionRescheduled, subscription.name());
  }
  if (!same_subject) Recompile(subscriber.name());
}

void Interests::Leave(std::string_view subscriber) {
  const auto of = subjects_of_.find(subscriber);
  if (of == subjects_of_.end()) return;
  const auto subject = subjects_.find(of->second);
  subject->second.subscribers.erase(of->first);
  if (subject->second.subscribers.empty()) {
    for (const SubjectKey& key : subject->second.keys) {
      const auto found = by_key_.find(key);
      found->second.erase(subject->first);
      if (found->second.empty()) by_key_.erase(found);
    }
    subjects_.erase(subject);
  }
  subjects_of_.erase(of);
}

void Interests::FollowGrants(const GrantIndex::Keys& touched) {
  MutexLock writing(writing_);
  std::set<Name> subscribers;
  {
    MutexLock lock(mutex_);
    for (const SubjectKey& key : touched) {
      const auto found = by_key_.find(key);
      if (found == by_key_.end()) continue;
      for (const std::string& subject : found->second) {
        const std::set<Name>& own = subjects_.find(subject)->second.subscribers;
        subscribers.insert(own.begin(), own.end());
      }
    }
  }
  for (const Name& subscriber : subscribers) Recompile(subscriber);
}

std::vector<v1::Subscription> Interests::AskedOf(std::string_view subscriber) const {
  std::vector<v1::Subscription> asked;
  subscriptions_.ForEachOf(subscriber, [&](const SubscriptionIndex::Known& known) {
    if (known.use == Use::kAsked) asked.push_back(Parsed(known.bytes));
  });
  return asked;
}

void Interests::Recompile(const Name& subscriber) {
  std::vector<v1::Subscription> asked;
  {
    MutexLock lock(mutex_);
    asked = AskedOf(subscriber);
  }
  for (const v1::Subscription& subscription : asked) {
    TakeSubscription(subscription);
    Tell(News::kSubscriptionSeesOther, subscription.name());
  }
}

void Interests::SetEndpoint(const v1::Endpoint& endpoint) {
  ForgetEndpoint(endpoint.name());
  endpoints_[endpoint.name()] = std::make_shared<const v1::Endpoint>(endpoint);
  if (!NeedsConsent(endpoint)) return;
  by_address_[FoldAddress(endpoint.email().address())].insert(endpoint.name());
  if (!IsConfirmed(endpoint)) unconfirmed_.insert(endpoint.name());
}

bool Interests::ForgetEndpoint(std::string_view name) {
  const auto known = endpoints_.find(name);
  if (known == endpoints_.end()) return false;
  if (NeedsConsent(*known->second)) {
    const auto of = by_address_.find(FoldAddress(known->second->email().address()));
    of->second.erase(known->first);
    if (of->second.empty()) by_address_.erase(of);
    unconfirmed_.erase(known->first);
  }
  endpoints_.erase(known);
  return true;
}

void Interests::TakeSubscription(const v1::Subscription& subscription) {
  {
    MutexLock lock(mutex_);
    if (subscription.consent().state() == v1::Consent::STATE_WAITING) {
      waiting_[subscription.name()] = std::make_shared<const v1::Subscription>(subscription);
    } else {
      Erase(waiting_, subscription.name());
    }
  }
  const std::string& name = subscription.name();
  const auto before = Find(name);
  const absl::StatusOr<filter::Predicate> predicate =
      CompileSubscription(subscription, SharedViewerOf(store::RootOf(name)));
  const Use use = UseOf(subscription, predicate.ok());
  const int64_t number = [&] {
    // What the matcher names is to be found already.
    MutexLock lock(mutex_);
    return subscriptions_.Put(subscription, use);
  }();
  if (use != Use::kAsked) return matcher_.Remove(number);
  if (before != nullptr && before->subscription.endpoint() != subscription.endpoint()) {
    Tell(News::kSubscriptionMoved, name);
  }
  if (before != nullptr && before->subscription.schedule().SerializeAsString() !=
                               subscription.schedule().SerializeAsString()) {
    Tell(News::kSubscriptionRescheduled, name);
  }
  if (matcher_.Put(number, *predicate).ok()) return;
  matcher_.Remove(number);
  MutexLock lock(mutex_);
  subscriptions_.Put(subscription, Use::kRefused);
}

std::shared_ptr<const filter::Viewer> Interests::SharedViewerOf(std::string_view subscriber) {
  // Of a viewer a filter asks nothing else.
  filter::Viewer viewer{.members = ViewerOf(subscriber).members};
  if (last_viewer_ == nullptr || last_viewer_->members != viewer.members) {
    last_viewer_ = std::make_shared<const filter::Viewer>(std::move(viewer));
  }
  return last_viewer_;
}

void Interests::Drop(std::string_view name) {
  MutexLock writing(writing_);
  const std::string inbox = InboxNameOf(name);  // of a subscriber
  bool subscription = false;
  bool endpoint = false;
  bool subscriber = false;
  {
    MutexLock lock(mutex_);
    if (const auto known = subscriptions_.Find(name)) matcher_.Remove(known->number);
    subscription = subscriptions_.Remove(name);
    endpoint = ForgetEndpoint(name);
    Erase(waiting_, name);
    subscriber = Erase(endpoints_, inbox);
    Erase(subscribers_, name);
    Leave(name);
  }
  if (subscription) Tell(News::kSubscriptionGone, std::string(name));
  if (endpoint) Tell(News::kEndpointGone, std::string(name));
  if (subscriber) Tell(News::kEndpointGone, inbox);
}

void Interests::SetHolds(DeliveryNotes::Holds holds) {
  std::set<std::string> gone;
  for (const auto& hold : *notes_.holds()) gone.insert(hold->name());
  for (const auto& hold : holds) gone.erase(hold->name());
  notes_.SetHolds(std::move(holds));
  for (const std::string& name : gone) Tell(News::kHoldGone, name);
}

void Interests::Listen(Listener listener) {
  MutexLock lock(listener_mutex_);
  listener_ = std::move(listener);
}

void Interests::Tell(News news, const std::string& name) {
  MutexLock lock(listener_mutex_);
  if (listener_) listener_(news, name);
}

absl::StatusOr<store::Revision> Interests::CatchUp(absl::Time deadline) {
  ASSIGN_OR_RETURN(const store::Revision wanted, store_.revision());
  const absl::Duration end = clock_.Uptime() + (deadline - clock_.Now());
  MutexLock lock(mutex_);
  while (included_ < wanted) {
    // By both clocks: a test moves one, and setting the other back must not stretch the wait.
    if (clock_.Now() >= deadline || clock_.Uptime() >= end) {
      return WithRetryDelay(
          Error(absl::StatusCode::kUnavailable, "INTERESTS_BEHIND",
                absl::StrCat("subscriptions are known up to revision ", included_.value, " of ",
                             wanted.value, "; try again")),
          absl::Seconds(1));
    }
    moved_.WaitFor(mutex_, kLook);
  }
  return wanted;
}

void Interests::ForEach(const change::v1::ResourceChanged& record, const Visitor& visit) const {
  // One after the other of what is found: a wide change is heard by all there are.
  std::vector<std::pair<std::string, filter::Transition>> found;
  v1::Subscription subscription;
  const auto ask = [&](std::span<const match::Match> matches) {
    found.clear();
    {
      MutexLock lock(mutex_);
      for (const auto& [number, transition] : matches) {
        const auto known = subscriptions_.At(number);
        // Else it was deleted or paused while we asked.
        if (known && known->use == Use::kAsked) found.emplace_back(known->bytes, transition);
      }
    }
    for (const auto& [bytes, transition] : found) {
      if (!subscription.ParseFromString(bytes)) std::abort();  // this process wrote it
      if (Wants(subscription, transition, record.kind(), record.quiet())) {
        visit(subscription, transition);
      }
    }
  };
  matcher_.ForEach(record.has_before() ? &record.before() : nullptr,
                   record.has_after() ? &record.after() : nullptr, ask);
}

std::shared_ptr<const Interest> Interests::Find(std::string_view subscription) const {
  std::string bytes;
  filter::Viewer viewer;
  {
    MutexLock lock(mutex_);
    const auto known = subscriptions_.Find(subscription);
    if (!known || known->use != Use::kAsked) return nullptr;
    bytes = known->bytes;
    viewer = ViewerOfLocked(store::RootOf(subscription));
  }
  return std::make_shared<const Interest>(
      Interest{.subscription = Parsed(bytes), .viewer = std::move(viewer)});
}

std::shared_ptr<const v1::Endpoint> Interests::FindEndpoint(std::string_view name) const {
  MutexLock lock(mutex_);
  const auto found = endpoints_.find(name);
  return found == endpoints_.end() ? nullptr : found->second;
}

std::shared_ptr<const v1::Subscriber> Interests::FindSubscriber(std::string_view name) const {
  MutexLock lock(mutex_);
  const auto found = subscribers_.find(name);
  return found == subscribers_.end() ? nullptr : found->second;
}

std::string Interests::MailboxOf(const v1::Endpoint& endpoint) const {
  MutexLock lock(mutex_);
  const auto found = by_address_.find(FoldAddress(endpoint.email().address()));
  return found == by_address_.end() ? endpoint.name() : *found->second.begin();
}

std::vector<std::shared_ptr<const Interest>> Interests::AtMailboxOf(
    const v1::Endpoint& endpoint) const {
  std::vector<std::shared_ptr<const Interest>> at;
  MutexLock lock(mutex_);
  const auto found = by_address_.find(FoldAddress(endpoint.email().address()));
  if (found == by_address_.end()) return at;
  for (const Name& name : found->second) {
    const filter::Viewer viewer = ViewerOfLocked(store::RootOf(name));
    for (v1::Subscription& subscription : AskedOf(store::RootOf(name))) {
      if (at.size() >= kMostAtMailbox) return at;
      if (subscription.endpoint() != name) continue;
      at.push_back(std::make_shared<const Interest>(Interest{std::move(subscription), viewer}));
    }
  }
  return at;
}

filter::Viewer Interests::ViewerOf(std::string_view subscriber) const {
  MutexLock lock(mutex_);
  return ViewerOfLocked(subscriber);
}

filter::Viewer Interests::ViewerOfLocked(std::string_view subscriber) const {
  const auto of = subjects_of_.find(subscriber);
  if (of == subjects_of_.end()) return filter::Viewer::Public();
  return grants_.ViewerOf(subjects_.find(of->second)->second.keys);
}

std::vector<std::string> Interests::SubscribersOf(std::string_view subject) const {
  MutexLock lock(mutex_);
  const auto known = subjects_.find(subject);
  if (known == subjects_.end()) return {};
  return {known->second.subscribers.begin(), known->second.subscribers.end()};
}

void Interests::ForEachEndpoint(const std::function<void(const v1::Endpoint&)>& visit) const {
  MutexLock lock(mutex_);
  for (const auto& [name, endpoint] : endpoints_) visit(*endpoint);
}

void Interests::ForEachSubscriber(const std::function<void(const v1::Subscriber&)>& visit) const {
  MutexLock lock(mutex_);
  for (const auto& [name, subscriber] : subscribers_) visit(*subscriber);
}

Interests::Asking Interests::asking() const {
  Asking asking;
  MutexLock lock(mutex_);
  for (const Name& name : unconfirmed_) asking.endpoints.push_back(endpoints_.find(name)->second);
  for (const auto& [name, subscription] : waiting_) asking.subscriptions.push_back(subscription);
  return asking;
}

std::vector<std::shared_ptr<const v1::Endpoint>> Interests::EndpointsWith(
    std::string_view address) const {
  std::vector<std::shared_ptr<const v1::Endpoint>> endpoints;
  MutexLock lock(mutex_);
  const auto found = by_address_.find(FoldAddress(address));
  if (found == by_address_.end()) return endpoints;
  for (const Name& name : found->second) endpoints.push_back(endpoints_.find(name)->second);
  return endpoints;
}

void Interests::Learn(const change::v1::ResourceChanged& record) const {
  if (record.has_after()) matcher_.Learn(record.after());
}

void Interests::Refile(std::stop_token stop) {
  while (!stop.stop_requested() && matcher_.Refile()) {
  }
  // What very many subscriptions took goes back to the system when they are gone.
  constexpr size_t kMany = 10'000;
  const size_t held = matcher_.counts().size;
  most_held_ = std::max(most_held_, held);
  if (most_held_ < kMany || held > most_held_ / 2) return;
  GiveBackMemory();
  most_held_ = held;
}

Interests::Counts Interests::counts() const {
  Counts counts;
  counts.matcher = matcher_.counts();
  MutexLock lock(mutex_);
  counts.subjects = subjects_.size();
  for (const auto& [name, subject] : subjects_) {
    counts.granted += grants_.Of(subject.keys).empty() ? 0 : 1;
  }
  counts.active = subscriptions_.CountOf(Use::kAsked);
  counts.paused = subscriptions_.CountOf(Use::kPaused);
  counts.held = subscriptions_.CountOf(Use::kHeld);
  counts.refused = subscriptions_.CountOf(Use::kRefused);
  counts.saved = subscriptions_.CountOf(Use::kSaved);
  return counts;
}

}  // namespace clusterwire::notification
