#include "services/notification/operations/delivery_findings.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "clusterwire/notification/v1/hold.pb.h"

#include "libs/base/time/clock.h"
#include "services/notification/ledger/deliveries/troubles.h"
#include "services/notification/ledger/inbox/inbox.h"

namespace clusterwire::notification {
namespace {

using service::Broken;
using service::Finding;
using service::Fine;
using service::Found;

constexpr size_t kNamed = 5;  // endpoints in one finding
constexpr absl::Duration kLongPause = absl::Hours(7 * 24);
constexpr int kLookedAt = 10'000;  // endpoints that had trouble for a day

// The first few, and how many more there are.
std::string Names(std::vector<std::string> names) {
  const size_t all = names.size();
  names.resize(std::min(all, kNamed));
  const std::string text = absl::StrJoin(names, ", ");
  return all <= kNamed ? text : absl::StrCat(text, " and ", all - kNamed, " more");
}

const char* WordFor(Pace::Kind kind) {
  switch (kind) {
    case Pace::Kind::kNew:
      return "has not answered yet";
    case Pace::Kind::kQuick:
      return "answers";
    case Pace::Kind::kSlow:
      return "answers slowly";
    case Pace::Kind::kSilent:
      return "doesn't answer";
  }
  return "";
}

}  // namespace

Finding LookAtPlaces(const DeliveryQueue::Usage& usage) {
  std::vector<std::string> holders;
  std::vector<std::string> silent;
  for (const DeliveryQueue::Holder& holder : usage.holders) {
    std::string words = absl::StrCat(holder.endpoint, " ", holder.places, " (", holder.waiting,
                                     " wait; ", WordFor(holder.kind), ")");
    if (holder.kind == Pace::Kind::kSilent) silent.push_back(words);
    if (holder.places > 0) holders.push_back(std::move(words));
  }
  std::string state = absl::StrCat(usage.taken, " of ", usage.places, " places are taken");
  if (!holders.empty()) absl::StrAppend(&state, ", most by ", Names(std::move(holders)));
  constexpr int kFull = 5;  // all but a fifth
  if (usage.taken >= usage.places - usage.places / kFull) {
    return Found(
        "places", Finding::SEVERITY_WARNING, std::move(state),
        "Each endpoint and subscriber keeps to its share, so others go on. If it stays so, "
        "raise delivery.in_flight, or see why those receivers take long.");
  }
  if (!silent.empty()) {
    return Found("places", Finding::SEVERITY_WARNING,
                 absl::StrCat("no answer from ", Names(std::move(silent)), "; ", state),
                 "They have one place each until they answer. Ask their owners; TestEndpoint shows "
                 "what a try comes to.");
  }
  return Fine("places", std::move(state));
}

Finding LookAtReceivers(Ledger& ledger, const Interests& interests) {
  const auto troubles = ledger.Read([](sql::Connection& connection) {
    return Troubles(connection).Lasting(kLastingTrouble, kLookedAt);
  });
  if (!troubles.ok()) {
    return Broken("receivers", troubles.status(), "Mend the ledger's database first.");
  }
  std::vector<std::string> names;
  for (const Trouble& trouble : *troubles) {
    const auto endpoint = interests.FindEndpoint(trouble.endpoint);
    if (endpoint == nullptr || !IsPresent(trouble, *endpoint)) continue;
    names.push_back(absl::StrCat(trouble.endpoint, " (", Describe(trouble), ")"));
  }
  if (names.empty()) return Fine("receivers", "no endpoint has refused everything for a day");
  return Found(
      "receivers", Finding::SEVERITY_WARNING,
      absl::StrCat("nothing was accepted by ", Names(std::move(names))),
      "Their owners read the same in GetEndpoint. Once mended, RedriveDelivery brings back "
      "what is dead. An endpoint that fails on is switched off after "
      "delivery.disable_after.");
}

Finding LookAtHolds(const Interests& interests) {
  std::vector<std::string> names;
  for (const auto& hold : *interests.notes().holds()) {
    v1::Hold conditions;
    conditions.set_channel(hold->channel());
    conditions.set_cause(hold->cause());
    conditions.set_change_kind(hold->change_kind());
    conditions.set_change(hold->change());
    conditions.set_resource(hold->resource());
    names.push_back(absl::StrCat(
        hold->name(), " (", conditions.ShortDebugString(), "; ",
        hold->discarding() ? std::string("discarding")
                           : absl::StrCat("until ", absl::FormatTime(absl::RFC3339_sec,
                                                                     ToTime(hold->expire_time()),
                                                                     absl::UTCTimeZone())),
        ")"));
  }
  if (names.empty()) return Fine("holds", "nothing is held");
  return Found("holds", Finding::SEVERITY_WARNING,
               absl::StrCat("kept from going out by ", Names(std::move(names))),
               "GetHold says how much each holds. ReleaseHold lets it out, DiscardHold drops it.");
}

Finding LookAtPauses(const Interests& interests, absl::Time now) {
  const absl::Time long_ago = now - kLongPause;
  std::vector<std::string> names;
  interests.ForEachSubscriber([&](const v1::Subscriber& subscriber) {
    if (subscriber.has_pause_time() && ToTime(subscriber.pause_time()) <= long_ago) {
      names.push_back(subscriber.name());
    }
  });
  interests.ForEachEndpoint([&](const v1::Endpoint& endpoint) {
    if (endpoint.state() == v1::Endpoint::STATE_PAUSED &&
        ToTime(endpoint.state_time()) <= long_ago) {
      names.push_back(endpoint.name());
    }
  });
  if (names.empty()) return Fine("pauses", "none for more than a week");
  return Found("pauses", Finding::SEVERITY_WARNING,
               absl::StrCat("paused for more than a week: ", Names(std::move(names))),
               "What has waited for 30 days is suppressed. ResumeSubscriber and ResumeEndpoint let "
               "it out; ask their owners.");
}

Finding LookAtInboxes(Ledger& ledger) {
  const auto full =
      ledger.Read([](sql::Connection& connection) { return Inbox(connection).Full(kLookedAt); });
  if (!full.ok()) return Broken("inboxes", full.status(), "Mend the ledger's database first.");
  if (full->empty()) return Fine("inboxes", "no inbox has lost an unread item for lack of room");
  return Found("inboxes", Finding::SEVERITY_WARNING,
               absl::StrCat("unread items went from full inboxes: ", Names(*full)),
               absl::StrCat("An inbox holds ", Inbox::kMostItems,
                            " items. Ask their owners to read them, to narrow their filters, or to "
                            "pause what nobody reads; MarkInboxRead up to a cursor ends this "
                            "finding."));
}

}  // namespace clusterwire::notification
