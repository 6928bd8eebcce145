#include "tests/simulation/world.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/time/clock.h"
#include "libs/change/record.h"
#include "services/notification/channels/webhook/signing.h"
#include "services/notification/grants/testing/grant_records.h"

namespace clusterwire::simulation {
namespace {

using notification::v1::Subscription;

constexpr int kResources = 60;
constexpr std::array kZones = {
    "Europe/Brussels",  "Europe/Berlin",       "Europe/Lisbon",       "Europe/Athens",
    "Atlantic/Azores",  "Atlantic/Reykjavik",  "America/New_York",    "America/Sao_Paulo",
    "America/St_Johns", "America/Los_Angeles", "Asia/Kolkata",        "Asia/Kathmandu",
    "Asia/Tokyo",       "Asia/Jerusalem",      "Australia/Lord_Howe", "Australia/Sydney",
    "Pacific/Auckland", "Pacific/Apia",        "Pacific/Chatham",     "Africa/Casablanca"};
constexpr std::array kRegions = {"iso:DE", "iso:AT", "iso:PL", "iso:FR"};
constexpr std::array kStates = {"draft", "published", "archived"};

}  // namespace

World::World(Random& random, int readers, bool single_mails) : random_(random) {
  for (int i = 0; i < readers; ++i) readers_.push_back(MakeReader(i, single_mails));
}

Reader World::MakeReader(int number, bool single_mails) {
  Reader reader;
  reader.granted = number % 7 == 3;
  reader.subscriber.set_name(absl::StrCat("subscribers/r", number));
  reader.subscriber.set_title(absl::StrCat("Reader ", number));
  reader.subscriber.set_time_zone(kZones.at(static_cast<size_t>(number) % kZones.size()));
  reader.subscriber.set_language(number % 3 == 0 ? "de" : "en");
  if (reader.granted) reader.subscriber.set_subject(absl::StrCat("corp:r", number));
  Subscription& subscription = reader.subscription;
  subscription.set_name(reader.subscriber.name() + "/subscriptions/s");
  subscription.set_title(absl::StrCat("What reader ", number, " wants"));
  subscription.set_state(Subscription::STATE_ACTIVE);
  subscription.set_endpoint(reader.subscriber.name() + "/endpoints/inbox");
  subscription.mutable_filter()->add_types(random_.Below(2) == 0 ? "cluster" : "event");
  if (random_.Below(2) == 0) {
    subscription.mutable_filter()->add_regions(kRegions.at(random_.Below(kRegions.size())));
  }
  if (random_.Below(4) == 0) {
    subscription.mutable_filter()->add_states(kStates.at(random_.Below(kStates.size())));
  }
  if (number % 5 == 4 || (single_mails && number % 5 == 3)) {
    MakeMailReader(number, reader);
  } else if (number % 2 == 0) {
    reader.endpoint.set_name(reader.subscriber.name() + "/endpoints/w");
    reader.endpoint.set_state(notification::v1::Endpoint::STATE_ENABLED);
    reader.endpoint.mutable_webhook()->set_secret(notification::MakeSecret(random_));
    subscription.set_endpoint(reader.endpoint.name());
  }
  return reader;
}

// One by one, or a digest each day or week. Now and then two share a mailbox.
void World::MakeMailReader(int number, Reader& reader) {
  using notification::v1::Consent;
  using notification::v1::Schedule;
  reader.consented = number % 15 != 9;
  reader.endpoint.set_name(reader.subscriber.name() + "/endpoints/m");
  reader.endpoint.set_state(notification::v1::Endpoint::STATE_ENABLED);
  auto& email = *reader.endpoint.mutable_email();
  email.set_address(absl::StrCat("r", number % 20 == 18 ? number - 5 : number, "@example.org"));
  email.mutable_verify_time()->set_seconds(1);
  Subscription& subscription = reader.subscription;
  subscription.set_endpoint(reader.endpoint.name());
  subscription.mutable_consent()->set_endpoint(reader.endpoint.name());
  subscription.mutable_consent()->set_state(reader.consented ? Consent::STATE_GIVEN
                                                             : Consent::STATE_WITHDRAWN);
  subscription.mutable_filter()->clear_regions();
  subscription.mutable_filter()->add_regions(kRegions.at(random_.Below(kRegions.size())));
  if (number % 5 == 3) {
    // Of those who share a mailbox now one is invited, now both are.
    if (number % 2 == 1 || number % 40 == 18) {
      subscription.mutable_filter()->clear_types();
      subscription.mutable_filter()->add_types("event");
      subscription.set_calendar(notification::v1::CALENDAR_MODE_INVITE);
    }
    reader.subscriber.mutable_quiet_hours()->set_from_hour(22);
    reader.subscriber.mutable_quiet_hours()->set_until_hour(7);
    return;
  }
  Schedule& schedule = *subscription.mutable_schedule();
  const bool weekly = number % 2 == 0;
  schedule.set_frequency(weekly ? Schedule::FREQUENCY_WEEKLY : Schedule::FREQUENCY_DAILY);
  schedule.set_hour(static_cast<int32_t>(random_.Below(24)));
  if (weekly) schedule.set_weekday(static_cast<Schedule::Weekday>(1 + random_.Below(7)));
}

void World::SetReceiver(const std::string& url) {
  for (Reader& reader : readers_) {
    if (!reader.endpoint.has_webhook()) continue;
    reader.endpoint.mutable_webhook()->set_uri(absl::StrCat(url, reader.endpoint.name()));
  }
}

// An event begins, moves, is cancelled or takes place after all, weeks ahead of it.
void World::Reschedule(const std::string& id, absl::Time now, type::v1::Calendar* calendar) {
  using type::v1::Calendar;
  constexpr size_t kDigits = 32;
  const bool is_new = calendar->uid().empty();
  const Calendar before = *calendar;
  calendar->set_uid(std::string(kDigits - id.size(), '0') + id);
  const absl::Time day = now + absl::Hours(24 * (20 + static_cast<int64_t>(random_.Below(60))));
  const auto at = [&](const char* time) {
    return absl::FormatTime(absl::StrCat("%Y-%m-%dT", time), day, absl::UTCTimeZone());
  };
  const std::string soon =
      absl::FormatTime("%Y-%m-%d", now + absl::Hours(24 * 15), absl::UTCTimeZone());
  if (is_new || calendar->start() < soon || random_.Below(3) == 0) {
    calendar->set_start(at("09:00"));
    calendar->set_end(at("17:00"));
  }
  calendar->set_time_zone("Europe/Berlin");
  calendar->set_status(random_.Below(5) == 0 ? Calendar::STATUS_CANCELLED
                                             : Calendar::STATUS_CONFIRMED);
  const bool moved = before.start() != calendar->start() || before.status() != calendar->status();
  if (!is_new && moved) calendar->set_sequence(before.sequence() + 1);
}

void World::Redraw(const std::string& id, absl::Time now, type::v1::Facts* facts) {
  const bool event = random_.Below(3) == 0 || facts->type() == "event";
  facts->set_type(facts->type().empty() ? (event ? "event" : "cluster") : facts->type());
  facts->set_name(absl::StrCat(facts->type(), "s/", id));
  facts->set_title(absl::StrCat("The ", facts->type(), " ", id));
  facts->set_state(kStates.at(random_.Below(kStates.size())));
  facts->set_size(static_cast<int32_t>(random_.Below(1000)));
  facts->clear_codes();
  facts->add_codes(kRegions.at(random_.Below(kRegions.size())));
  facts->clear_audience();
  if (facts->type() == "event") Reschedule(id, now, facts->mutable_calendar());
  if (facts->state() == "draft") facts->mutable_audience()->add_members("programmes/p");
}

change::v1::ResourceChanged World::Draw(absl::Time now) {
  change::v1::ResourceChanged change;
  const std::string id = absl::StrCat("x", random_.Below(kResources));
  type::v1::Facts& facts = resources_[id];
  if (!facts.type().empty()) *change.mutable_before() = facts;
  Redraw(id, now, &facts);
  *change.mutable_after() = facts;
  change.set_history_id("history");
  change.set_revision(static_cast<int64_t>(changes_.size()) + 1);
  change.set_ordinal(1);
  change.set_name(facts.name());
  change.set_root(facts.name());
  change.set_kind(absl::StrCat(facts.type(), change.has_before() ? ".updated" : ".published"));
  *change.mutable_time() = ToTimestamp(now);
  return change;
}

std::vector<kafka::ReceivedMessage> World::Happen(int count, absl::Time now) {
  std::vector<kafka::ReceivedMessage> messages;
  for (int i = 0; i < count; ++i) {
    changes_.push_back(Draw(now));
    auto encoded = change::Encode({.changed = changes_.back(), .traceparent = ""});
    messages.push_back({.from = {"changes", 0},
                        .offset = static_cast<int64_t>(changes_.size()),
                        .time = now,
                        .key = std::move(encoded->key),
                        .value = std::move(encoded->value),
                        .headers = std::move(encoded->headers)});
  }
  return messages;
}

void ReadGrants(notification::Grants& grants, Clock& clock, const World& world) {
  std::vector<change::v1::GrantChanged> granted;
  for (const Reader& reader : world.readers()) {
    if (!reader.granted) continue;
    granted.push_back(notification::GrantTo(reader.subscriber.subject(), "programmes/p",
                                            absl::StrCat("grants/", granted.size()),
                                            static_cast<int64_t>(granted.size()) + 1));
  }
  notification::ReadWhole(grants, clock, granted);
}

}  // namespace clusterwire::simulation
