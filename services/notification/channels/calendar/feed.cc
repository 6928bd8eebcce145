#include "services/notification/channels/calendar/feed.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/change/record.h"
#include "libs/http/server/conditional.h"
#include "libs/store/registry.h"
#include "libs/telemetry/log.h"
#include "libs/text/language.h"
#include "services/notification/channels/calendar/entry.h"
#include "services/notification/consent/links.h"
#include "services/notification/ledger/calendar/calendar_feeds.h"
#include "services/notification/resources/subscribers/interests.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kTokenBytes = 32;
constexpr size_t kMaxToken = 64;  // characters
constexpr std::string_view kEnding = ".ics";

text::Language LanguageOf(const Interests& interests, const v1::Subscription& subscription) {
  const auto subscriber = interests.FindSubscriber(store::RootOf(subscription.name()));
  return text::LanguageFor(subscriber == nullptr ? "" : subscriber->language());
}

std::string CutNote(text::Language language) {
  return language == text::Language::kGerman
             ? absl::StrCat("Nur die ", CalendarFeed::kMostEvents,
                            " Termine, die sich zuletzt geändert haben.")
             : absl::StrCat("Only the ", CalendarFeed::kMostEvents, " events that changed last.");
}

// A stranger may not learn from an answer that it was one of ours.
http::ServerReply NoSuchFeed() { return {.status = 404, .body = "There is no such calendar.\n"}; }

}  // namespace

absl::StatusOr<v1::CalendarFeed> CalendarFeed::Rotate(const resource::ReadCall& call,
                                                      const std::string& subscription) {
  ASSIGN_OR_RETURN(const v1::Subscription found, on_.subscriptions.Get(call, subscription));
  if (on_.links == nullptr) {
    return Error(absl::StatusCode::kFailedPrecondition, "NO_PAGES",
                 "feeds are read from the pages' address, and this service has none: its operator "
                 "sets `pages` in the configuration");
  }
  const std::string token = absl::WebSafeBase64Escape(RandomBytes(on_.random, kTokenBytes));
  RETURN_IF_ERROR(on_.ledger.Write([&](sql::Connection& connection) {
    return CalendarFeeds(connection)
        .Set({.subscription = found.name(), .made = WhenMade(found), .since = on_.clock.Now()},
             token);
  }));
  v1::CalendarFeed feed;
  feed.set_uri(on_.links->Calendar(absl::StrCat(token, ToAbsl(kEnding))));
  const size_t scheme = feed.uri().find(':');
  feed.set_webcal_uri(absl::StrCat("webcal", feed.uri().substr(scheme)));
  return feed;
}

absl::Status CalendarFeed::Revoke(const resource::ReadCall& call, const std::string& subscription) {
  ASSIGN_OR_RETURN(const v1::Subscription found, on_.subscriptions.Get(call, subscription));
  return on_.ledger.Write(
      [&](sql::Connection& connection) { return CalendarFeeds(connection).Revoke(found.name()); });
}

http::Route CalendarFeed::Route() {
  return {.method = "GET",
          .path = std::string(kCalendarPath),
          .handler = [this](const http::ServerRequest& request) { return Answer(request); }};
}

http::ServerReply CalendarFeed::Answer(const http::ServerRequest& request) {
  std::string_view token = request.path;
  if (!token.starts_with(kCalendarPath)) return NoSuchFeed();
  token.remove_prefix(kCalendarPath.size());
  if (token.ends_with(kEnding)) token.remove_suffix(kEnding.size());
  if (token.empty() || token.size() > kMaxToken) return NoSuchFeed();
  const absl::StatusOr<v1::Subscription> subscription = SubscriptionOf(token);
  if (absl::IsNotFound(subscription.status())) return NoSuchFeed();
  if (subscription.ok() && !CountRead(subscription->name())) {
    return {.status = 429,
            .body = "This calendar is asked for too often; once an hour is enough.\n",
            .headers = {{"Retry-After", "60"}}};
  }
  absl::StatusOr<std::string> body = subscription.ok()
                                         ? Render(*subscription)
                                         : absl::StatusOr<std::string>(subscription.status());
  if (!body.ok()) {
    telemetry::LogWarning("calendar feed not made", {{"error", body.status()}});
    return {.status = 503,
            .body = "The calendar can't be made now; try again later.\n",
            .headers = {{"Retry-After", "60"}}};
  }
  return http::Tagged(request, {.content_type = "text/calendar; charset=utf-8",
                                .body = *std::move(body),
                                .headers = {{"Cache-Control", "private, no-cache"},
                                            {"X-Content-Type-Options", "nosniff"},
                                            {"X-Robots-Tag", "noindex"}}});
}

absl::StatusOr<v1::Subscription> CalendarFeed::SubscriptionOf(std::string_view token) {
  ASSIGN_OR_RETURN(const std::optional<CalendarFeeds::Feed> feed,
                   on_.ledger.Read([&](sql::Connection& connection) {
                     return CalendarFeeds(connection).Find(token);
                   }));
  if (!feed) return absl::NotFoundError("no such token");
  ASSIGN_OR_RETURN(
      v1::Subscription subscription,
      on_.subscriptions.Get({.viewer = filter::Viewer::Operator()}, feed->subscription));
  if (WhenMade(subscription) != feed->made) return absl::NotFoundError("made anew");
  return subscription;
}

absl::StatusOr<std::string> CalendarFeed::Render(const v1::Subscription& subscription) {
  ASSIGN_OR_RETURN(CalendarFeeds::Events events, on_.ledger.Read([&](sql::Connection& connection) {
    return CalendarFeeds(connection)
        .MatchedEvents(subscription.name(), WhenMade(subscription), kMostEvents);
  }));
  const text::Language language = LanguageOf(on_.interests, subscription);
  const filter::Viewer viewer = on_.interests.SureViewerOf(store::RootOf(subscription.name()));
  calendar::Calendar calendar{.name = subscription.title(), .refresh = kRefresh};
  if (events.cut) calendar.text = CutNote(language);
  for (KeptRecord& record : events.newest) {
    change::CutTo(viewer, &record.change);
    std::optional<calendar::Entry> entry =
        PublishedEntry(EventIn(record.change), record.change, language);
    if (!entry) continue;
    entry->organiser = on_.organiser;
    AddEntry(record.change, *std::move(entry), calendar.entries);
  }
  return calendar::Write(calendar);
}

bool CalendarFeed::CountRead(const std::string& subscription) {
  const int64_t minute = on_.clock.Uptime() / absl::Minutes(1);
  MutexLock lock(mutex_);
  if (minute != minute_) {
    reads_.clear();
    uncounted_ = 0;
  }
  minute_ = minute;
  // The owner first: with all their feeds they take up no more of what is counted than they may
  // read.
  return CountOne(store::RootOf(subscription), kMostOfOwner) &&
         CountOne(subscription, kMostAMinute);
}

bool CalendarFeed::CountOne(std::string_view name, int most) {
  const auto found = reads_.find(name);
  if (found != reads_.end()) return ++found->second <= most;
  if (reads_.size() >= kCounted) return ++uncounted_ <= kMostUncounted;
  reads_.emplace(name, 1);
  return true;
}

}  // namespace clusterwire::notification
