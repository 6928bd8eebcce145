#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/notification/v1/subscription.pb.h"

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/time/clock.h"
#include "libs/calendar/calendar.h"
#include "libs/http/server/server.h"
#include "libs/resource/call.h"
#include "services/notification/ledger/ledger.h"

namespace clusterwire::notification {

class Interests;
class Links;
class Subscriptions;

// The calendar feeds of subscriptions: made and ended by their owners, read by calendar programs
// that show a token. A feed has the events and calls that its subscription matched, each as its
// newest record says and as far as the subscriber may see it now. Safe for use from any thread.
class CalendarFeed {
 public:
  static constexpr size_t kMostEvents = 1000;  // in one feed; it says when it was cut
  static constexpr int kMostAMinute = 30;      // reads of one feed,
  static constexpr int kMostOfOwner = 1000;    // of all feeds of a subscriber,
  // and of those feeds together whose reads aren't counted, since so many others are.
  static constexpr size_t kCounted = 20'000;
  static constexpr int kMostUncounted = 5000;
  static constexpr absl::Duration kRefresh = absl::Hours(1);  // what programs are asked for

  // All of it outlives the feed.
  struct Dependencies {
    Ledger& ledger;
    Subscriptions& subscriptions;
    const Interests& interests;
    Clock& clock;
    Random& random;
    const Links* links = nullptr;      // null where no pages are configured
    calendar::Mailbox organiser = {};  // our mailbox; without an address entries have none
  };
  explicit CalendarFeed(Dependencies parts) : on_(std::move(parts)) {}

  // A new address; the former one is unknown from then on. As Subscriptions::Get(), and
  // FAILED_PRECONDITION with NO_PAGES.
  absl::StatusOr<v1::CalendarFeed> Rotate(const resource::ReadCall& call,
                                          const std::string& subscription);
  absl::Status Revoke(const resource::ReadCall& call, const std::string& subscription);

  // What a request to kCalendarPath gets: 200 with an ETag, 304, 404 of what isn't a feed (any
  // more), 429, 503.
  http::ServerReply Answer(const http::ServerRequest& request);
  http::Route Route();

 private:
  // Whose feed it is, if it still stands.
  absl::StatusOr<v1::Subscription> SubscriptionOf(std::string_view token);
  absl::StatusOr<std::string> Render(const v1::Subscription& subscription);
  // False when it was read too often just now.
  bool CountRead(const std::string& subscription);
  // The same of one name, of a subscriber or a subscription.
  bool CountOne(std::string_view name, int most) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Dependencies on_;
  Mutex mutex_;
  int64_t minute_ ABSL_GUARDED_BY(mutex_) = 0;  // of `reads_`, by the uptime
  std::map<std::string, int, std::less<>> reads_
      ABSL_GUARDED_BY(mutex_);  // by subscribers and subscriptions
  int uncounted_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace clusterwire::notification
