#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/change/v1/resource_changed.pb.h"
#include "clusterwire/notification/v1/subscriber.pb.h"
#include "clusterwire/notification/v1/subscription.pb.h"

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/time/clock.h"
#include "libs/filter/predicate.h"
#include "libs/match/matcher.h"
#include "libs/store/log/tailer.h"
#include "libs/store/store.h"
#include "services/notification/grants/grants.h"
#include "services/notification/resources/subscribers/delivery_notes.h"
#include "services/notification/resources/subscribers/index/subscription_index.h"

namespace clusterwire::notification {

// An active subscription, and through whose eyes it is asked. Immutable.
struct Interest {
  v1::Subscription subscription;
  filter::Viewer viewer = {};  // what its subscriber sees now

  // Its filter, as its subscriber sees; compiled for the call, so keep it where it is asked often.
  filter::Predicate predicate() const;
};

// All subscribers, endpoints and active subscriptions in memory: what ingest and delivery ask
// instead of the store. Follows the store's log in a thread of its own; after a restart it reads
// everything again. A subscription sees what is granted to the subject of its subscriber: where
// that changes, its predicate is another at once. Safe for use from any thread; what it gives out
// is immutable and stays valid.
class Interests {
 public:
  struct Counts {
    size_t active = 0;    // asked about each change
    size_t paused = 0;    // by their subscribers' wish
    size_t saved = 0;     // active, but without an endpoint: they send nothing
    size_t held = 0;      // filters that a newer release wrote
    size_t refused = 0;   // active, but the matcher has no room: not asked
    size_t subjects = 0;  // that have subscribers
    size_t granted = 0;   // of them, those to whom something is granted
    match::MatcherCounts matcher;
  };
  using Visitor = std::function<void(const v1::Subscription&, filter::Transition)>;
  // What the log says that matters to what is under way already.
  enum class News {
    kEndpointWritten,
    kEndpointGone,
    kSubscriberResumed,  // its pause is over
    kSubscriptionMoved,
    kSubscriptionGone,
    kHoldGone,                 // an operator's
    kSubscriptionRescheduled,  // its mails come at other hours
    kSubscriptionSeesOther,    // than before, by grants
  };
  using Listener = std::function<void(News news, const std::string& name)>;

  // Reads all there is. The arguments outlive the interests.
  static absl::StatusOr<std::unique_ptr<Interests>> Load(store::Store& store, Grants& grants,
                                                         Clock& clock, Random& random);
  ~Interests();
  Interests(const Interests&) = delete;
  Interests& operator=(const Interests&) = delete;

  // Asks the store for its revision now and waits until it is included here; gives that revision.
  // UNAVAILABLE with a retry delay once `deadline` has passed, and the store's error when it can't
  // be asked.
  absl::StatusOr<store::Revision> CatchUp(absl::Time deadline);
  // The same, for as long at most.
  absl::Status CatchUpWithin(absl::Duration limit) {
    return CatchUp(clock_.Now() + limit).status();
  }

  // Calls `visit` once for each active subscription with an endpoint that is to hear of the
  // change, in no order, on this thread and without a lock held; what it is given is gone after it.
  void ForEach(const change::v1::ResourceChanged& record, const Visitor& visit) const;

  // Null when there is none; for Find() also while it is paused or held. `FindEndpoint` gives the
  // secret with it, and the inbox of every subscriber.
  std::shared_ptr<const Interest> Find(std::string_view subscription) const;
  std::shared_ptr<const v1::Endpoint> FindEndpoint(std::string_view name) const;
  std::shared_ptr<const v1::Subscriber> FindSubscriber(std::string_view name) const;

  // Of the endpoints with the same address, the one that stands for all; itself where there is no
  // other.
  std::string MailboxOf(const v1::Endpoint& endpoint) const;
  // The active subscriptions at all of them, of whichever subscribers: kMostAtMailbox at most.
  std::vector<std::shared_ptr<const Interest>> AtMailboxOf(const v1::Endpoint& endpoint) const;
  static constexpr size_t kMostAtMailbox = 1000;

  const DeliveryNotes& notes() const { return notes_; }
  DeliveryNotes& notes() { return notes_; }
  // What operators hold from now on; tells of those that ended.
  void SetHolds(DeliveryNotes::Holds holds);

  // What a subscriber sees now: what the public does where it has no owner or isn't there. As
  // long as grants are behind nothing may be shown by it that is not public.
  filter::Viewer ViewerOf(std::string_view subscriber) const;
  // The same, and what the public sees as long as that holds.
  filter::Viewer SureViewerOf(std::string_view subscriber) const {
    return grants_.behind() ? filter::Viewer::Public() : ViewerOf(subscriber);
  }
  // The subscribers of a subject, in order.
  std::vector<std::string> SubscribersOf(std::string_view subject) const;
  const Grants& grants() const { return grants_; }

  // Tells `listener` from now on, on the thread that follows the log; it must be quick. One at a
  // time; null ends it, and returns when no call is under way any more.
  void Listen(Listener listener);

  // All of them, inboxes too, under a lock: `visit` is quick.
  void ForEachEndpoint(const std::function<void(const v1::Endpoint&)>& visit) const;

  void ForEachSubscriber(const std::function<void(const v1::Subscriber&)>& visit) const;
  // Of the endpoints with an e-mail address those that aren't confirmed, and the subscriptions that
  // wait for consent.
  struct Asking {
    std::vector<std::shared_ptr<const v1::Endpoint>> endpoints;
    std::vector<std::shared_ptr<const v1::Subscription>> subscriptions;
  };
  Asking asking() const;
  // The endpoints with this e-mail address under any subscriber; case doesn't count.
  std::vector<std::shared_ptr<const v1::Endpoint>> EndpointsWith(std::string_view address) const;

  Counts counts() const;
  // Of the matcher: those that ask about everything. Cheap, unlike counts().
  size_t wide() const { return matcher_.counts().wide; }

  // Shows the matcher what was matched before, so that it knows what is frequent.
  void Learn(const change::v1::ResourceChanged& record) const;
  // Has the matcher file anew what has a better place by what it learned; in small steps, between
  // which changes are matched, until it is done or `stop` is asked for. From one thread.
  void Refile(std::stop_token stop);
  // Why it stands still; OK while it follows the log.
  absl::Status status() const { return tailer_->status(); }

 private:
  using Name = std::string;
  // Those who have subscribers.
  struct Subject {
    std::set<Name> subscribers;
    std::vector<SubjectKey> keys;
  };

  Interests(store::Store& store, Grants& grants, Clock& clock)
      : store_(store), grants_(grants), clock_(clock) {}
  absl::Status LoadAll(const store::Reader& reader);
  absl::Status Follow(std::span<const store::Change> changes);
  void Take(const store::Message& resource);
  void TakeSubscriber(const v1::Subscriber& subscriber) ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing_);
  void TakeSubscription(const v1::Subscription& subscription)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing_);
  // Grants are others: what that means to subscriptions.
  void FollowGrants(const GrantIndex::Keys& touched);
  void Recompile(const Name& subscriber) ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing_);
  std::vector<v1::Subscription> AskedOf(std::string_view subscriber) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  filter::Viewer ViewerOfLocked(std::string_view subscriber) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::shared_ptr<const filter::Viewer> SharedViewerOf(std::string_view subscriber)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing_);
  void Leave(std::string_view subscriber) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SetEndpoint(const v1::Endpoint& endpoint) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether it was there.
  bool ForgetEndpoint(std::string_view name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Drop(std::string_view name);
  void Tell(News news, const std::string& name);

  store::Store& store_;
  Grants& grants_;
  Clock& clock_;
  match::Matcher matcher_;
  size_t most_held_ = 0;  // subscriptions, since memory was last given back
  DeliveryNotes notes_;
  Mutex writing_;  // held while the log or grants are followed
  mutable Mutex mutex_;
  CondVar moved_;
  store::Revision included_ ABSL_GUARDED_BY(mutex_);
  // Of the subscription that was taken last: the next may be of the same subscriber.
  std::shared_ptr<const filter::Viewer> last_viewer_ ABSL_GUARDED_BY(writing_);
  std::map<Name, std::string, std::less<>> subjects_of_ ABSL_GUARDED_BY(mutex_);  // of subscribers
  std::map<std::string, Subject, std::less<>> subjects_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<SubjectKey, std::set<std::string>> by_key_ ABSL_GUARDED_BY(mutex_);
  SubscriptionIndex subscriptions_ ABSL_GUARDED_BY(mutex_);  // in every state
  std::map<Name, std::shared_ptr<const v1::Endpoint>, std::less<>> endpoints_
      ABSL_GUARDED_BY(mutex_);
  std::map<Name, std::shared_ptr<const v1::Subscriber>, std::less<>> subscribers_
      ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::set<Name>, std::less<>> by_address_ ABSL_GUARDED_BY(mutex_);
  std::set<Name, std::less<>> unconfirmed_ ABSL_GUARDED_BY(mutex_);  // endpoints
  std::map<Name, std::shared_ptr<const v1::Subscription>, std::less<>> waiting_
      ABSL_GUARDED_BY(mutex_);  // for consent
  Mutex listener_mutex_;        // held while it is called
  Listener listener_ ABSL_GUARDED_BY(listener_mutex_);
  std::unique_ptr<store::Tailer> tailer_;  // last: its thread uses everything above
};

}  // namespace clusterwire::notification
