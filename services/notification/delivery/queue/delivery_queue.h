#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/time/time.h"

#include "libs/base/threads/mutex.h"
#include "services/notification/delivery/queue/breaker.h"
#include "services/notification/delivery/queue/endpoint_queue.h"
#include "services/notification/delivery/queue/pace.h"
#include "services/notification/delivery/queue/places.h"
#include "services/notification/delivery/queue/turns.h"

namespace clusterwire::notification {

// What is pending, in memory, and what of it is due: for each endpoint a queue, a breaker and how
// it answers. An endpoint holds only itself. Its tries share the places under way with those of
// others (places.h) and take turns with them (turns.h), in whichever order they came; an endpoint
// without a receiver needs no place. What goes over one server of ours, mails, has places and a
// breaker for that server besides: while it is away, one try at a time asks whether it is back.
// What is in memory of it has a limit, and the rest stays in the ledger and is loaded when there is
// room. Times are uptimes. One thread decides; the others only look.
class DeliveryQueue {
 public:
  struct Options {
    int in_flight_per_endpoint = 32;
    int in_flight = 1000;
    int over_server = 16;  // beside those
    size_t loaded_per_endpoint = 1000;
    size_t loaded = 20'000;  // beyond a part of it each endpoint gets less
  };
  // Whether tries at this endpoint take a place.
  using HasReceiver = std::function<bool(const std::string& endpoint)>;
  // Whether they go over our server.
  using OverServer = std::function<bool(const std::string& endpoint)>;
  // What a delivery waits for; `until`: not before, and not known without.
  struct Wait {
    std::string reason;
    std::optional<absl::Duration> until = {};
    bool by_itself = false;  // by what its last try came to
  };
  // An endpoint with tries under way, or with some that are due and find no place now.
  struct Holder {
    std::string endpoint;
    int places = 0;
    size_t waiting = 0;
    Pace::Kind kind = Pace::Kind::kNew;
  };

  struct Usage {
    int places = 0;
    int taken = 0;
    std::vector<Holder> holders = {};  // those with most places first
  };

  DeliveryQueue(
      Options options, HasReceiver has_receiver, Random& random,
      OverServer over_server = [](const std::string&) { return false; })
      : options_(options),
        has_receiver_(std::move(has_receiver)),
        over_server_(std::move(over_server)),
        random_(random),
        places_(options.in_flight, options.in_flight_per_endpoint),
        server_places_(options.over_server, options.over_server),
        server_(random) {}

  // A delivery that is in the ledger; false when it is left there, to be loaded later.
  bool Offer(PendingDelivery delivery, absl::Duration now);
  // The ledger may hold more for this endpoint.
  void MarkMore(const std::string& endpoint);
  // Up to `limit` endpoints that have more in the ledger, and room for it: first those for which
  // something new waits there.
  std::vector<std::string> ToLoad(size_t limit) const;
  // How many of an endpoint are to be loaded.
  size_t Room() const;
  // The oldest that the ledger has pending; `complete`: there is no more.
  void Loaded(const std::string& endpoint, std::vector<PendingDelivery> deliveries, bool complete,
              absl::Duration now);

  // Up to `limit` deliveries whose time has come; under way from now on, until Remove() or
  // Postpone().
  std::vector<PendingDelivery> Take(absl::Duration now, size_t limit);
  void Remove(const PendingDelivery& taken);
  // `next` is the same with what it counts by now.
  void Postpone(const PendingDelivery& next, absl::Duration at);
  // How a try went.
  void Ended(const PendingDelivery& taken, const DeliveryResult& result, absl::Duration now);
  // Its owner has done something about the endpoint: what it did is forgotten, and what waits for
  // its next try is due.
  void Forgive(const std::string& endpoint, absl::Duration now);
  // What waits for this delivery's next try, and before it in its order, is due.
  void Hasten(const std::string& endpoint, const std::string& delivery, absl::Duration now);
  // The subscriber, endpoint or subscription is gone or elsewhere: forgets what waits for it, but
  // nothing that is under way.
  void Drop(const std::string& name);

  // As Drop(), of a subscriber or an endpoint; what waits is then read anew.
  void Reread(const std::string& name);

  // How long a try at the endpoint may take.
  absl::Duration TimeLimit(const std::string& endpoint, absl::Duration most) const;
  // When Take() gives something next.
  absl::Duration NextDue() const;
  // What it waits for; nothing when it isn't in memory.
  std::optional<Wait> Explain(const std::string& endpoint, const std::string& delivery,
                              absl::Duration now) const;
  Usage usage() const;
  int in_flight() const;
  size_t loaded() const;

 private:
  static constexpr size_t kIdle = 10'000;  // endpoints without anything, whose pace is remembered
  static constexpr size_t kLeastLoaded = 16;    // of an endpoint, until memory is full;
  static constexpr size_t kLoadedWhenFull = 2;  // then, so that each goes on beside any other

  // A line for each kind of endpoint, one for those without a receiver, one for those over a
  // server.
  static constexpr size_t kLines = 6;

  struct Entry {
    Entry(std::string name, int64_t order, Random& random)
        : endpoint(std::move(name)),
          subscriber(endpoint.substr(0, endpoint.find("/endpoints/"))),
          number(order),
          breaker(random) {}
    const std::string endpoint;
    const std::string subscriber;
    const int64_t number;  // rises with each that is made
    EndpointQueue queue;
    Breaker breaker;
    Pace pace;
    bool has_receiver = true;
    bool over_server = false;
    bool in_line = false;
    bool more = false;                             // the ledger may have more
    absl::Duration at = absl::InfiniteDuration();  // its place in times_
    int64_t loaded_through = 0;                    // the newest that came from the ledger
    std::optional<std::list<Entry*>::iterator> to_load = {};
    std::optional<std::list<Entry*>::iterator> idle = {};
  };

  // Those that are due at the same moment stand in the order in which they were made.
  struct Sooner {
    bool operator()(const std::pair<absl::Duration, Entry*>& one,
                    const std::pair<absl::Duration, Entry*>& other) const {
      if (one.first != other.first) return one.first < other.first;
      return one.second->number < other.second->number;
    }
  };
  static size_t LineOf(const Entry& entry) {
    if (entry.over_server) return kLines - 1;
    return entry.has_receiver ? static_cast<size_t>(entry.pace.kind()) : kLines - 2;
  }
  Entry& EntryOf(const std::string& endpoint) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  const Entry* Find(const std::string& endpoint) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  size_t Most() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  const Places& PlacesOf(const Entry& entry) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return entry.over_server ? server_places_ : places_;
  }
  int MostUnderWay(const Entry& entry) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Duration ClosedUntil(const Entry& entry) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsReady(const Entry& entry, absl::Duration now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasRoom(const Entry& entry) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool MayTake(const Entry& entry) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<PendingDelivery> TakeFrom(size_t line, absl::Duration now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<std::string> Siblings(const std::string& name) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void GiveBack(const Entry& entry, const PendingDelivery& taken)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // After anything about it changed: its place among those that wait for their time, for the
  // ledger, or for anything at all.
  void Reschedule(Entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void QueueToLoad(Entry& entry, bool first) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteIdle(Entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  const HasReceiver has_receiver_;
  const OverServer over_server_;
  Random& random_;
  mutable Mutex mutex_;
  std::map<std::string_view, std::unique_ptr<Entry>> entries_
      ABSL_GUARDED_BY(mutex_);                                                  // by endpoint
  std::unordered_map<std::string_view, Entry*> known_ ABSL_GUARDED_BY(mutex_);  // the same
  int64_t made_ ABSL_GUARDED_BY(mutex_) = 0;
  // Endpoints by when they are next due; from then on they stand in a line until they aren't ready.
  std::set<std::pair<absl::Duration, Entry*>, Sooner> times_ ABSL_GUARDED_BY(mutex_);
  std::array<Turns<Entry>, kLines> lines_ ABSL_GUARDED_BY(mutex_);
  Places places_ ABSL_GUARDED_BY(mutex_);
  Places server_places_ ABSL_GUARDED_BY(mutex_);
  Breaker server_ ABSL_GUARDED_BY(mutex_);
  struct Held {
    Pace::Kind kind;
    bool over_server;
  };
  std::unordered_map<std::string, Held> held_ ABSL_GUARDED_BY(mutex_);  // by delivery
  std::list<Entry*> to_load_ ABSL_GUARDED_BY(mutex_);
  std::list<Entry*> idle_ ABSL_GUARDED_BY(mutex_);  // since longest in front
  int in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t loaded_ ABSL_GUARDED_BY(mutex_) = 0;
  bool more_due_ ABSL_GUARDED_BY(mutex_) = false;  // Take() stopped at its limit
};

}  // namespace clusterwire::notification
