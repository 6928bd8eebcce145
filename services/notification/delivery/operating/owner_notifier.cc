#include "services/notification/delivery/operating/owner_notifier.h"

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/telemetry/log.h"
#include "libs/text/language.h"
#include "services/notification/channels/letters/letter.h"
#include "services/notification/ledger/inbox/owner_notices.h"

namespace clusterwire::notification {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(2);

// "ownerNotices/…": of an endpoint and of when it was switched off.
std::string IdOf(const v1::Endpoint& endpoint) {
  constexpr size_t kBytes = 16;
  const std::string digest = Sha256(
      absl::StrCat(endpoint.name(), "\n", absl::ToUnixMicros(ToTime(endpoint.state_time()))));
  return "ownerNotices/" + absl::BytesToHexString(digest.substr(0, kBytes));
}

OwnerLetter LetterAbout(const v1::Endpoint& endpoint) {
  return {.endpoint = endpoint.name(),
          .reason = endpoint.state_reason(),
          .since = ToTime(endpoint.state_time())};
}

v1::InboxItem ItemOf(const v1::Endpoint& endpoint, const v1::Subscriber& owner, absl::Time now) {
  Notice notice =
      NoticeOf(LetterAbout(endpoint), text::LanguageFor(owner.language()), absl::UTCTimeZone());
  v1::InboxItem item;
  item.set_title(std::move(notice.title));
  item.set_text(std::move(notice.text));
  item.set_link(std::move(notice.link));
  item.set_endpoint(endpoint.name());
  *item.mutable_time() = ToTimestamp(now);
  return item;
}

}  // namespace

OwnerNotifier::OwnerNotifier(absl::Duration retention, Ledger& ledger, Interests& interests,
                             InboxSignal& signal, const Channels& channels, Clock& clock,
                             Random& random)
    : retention_(retention),
      ledger_(ledger),
      interests_(interests),
      signal_(signal),
      channels_(channels),
      clock_(clock),
      worker_(clock, random, [this] { return Step(); }) {}

absl::StatusOr<absl::Time> OwnerNotifier::Step() {
  RETURN_IF_ERROR(interests_.CatchUpWithin(kPatience));
  std::vector<v1::Endpoint> off;
  const absl::Time horizon = clock_.Now() - retention_;
  interests_.ForEachEndpoint([&](const v1::Endpoint& endpoint) {
    if (endpoint.state() == v1::Endpoint::STATE_DISABLED && endpoint.has_state_time() &&
        ToTime(endpoint.state_time()) > horizon) {
      off.push_back(endpoint);
    }
  });
  std::set<std::string> known;
  for (const v1::Endpoint& endpoint : off) {
    const std::string id = IdOf(endpoint);
    if (!told_.contains(id)) RETURN_IF_ERROR(Tell(endpoint));
    known.insert(id);
  }
  told_ = std::move(known);
  return clock_.Now() + kPause;
}

absl::Status OwnerNotifier::Tell(const v1::Endpoint& endpoint) {
  const std::string subscriber(store::RootOf(endpoint.name()));
  const auto owner = interests_.FindSubscriber(subscriber);
  if (owner == nullptr) return absl::OkStatus();
  const absl::Time now = clock_.Now();
  ASSIGN_OR_RETURN(const bool is_new, ledger_.Write([&](sql::Connection& connection) {
    return OwnerNotices(connection)
        .Tell(IdOf(endpoint), subscriber, ItemOf(endpoint, *owner, now), now);
  }));
  if (!is_new) return absl::OkStatus();
  telemetry::LogInfo("owner told of an endpoint that is off", {{"endpoint", endpoint.name()}});
  signal_.Notify(subscriber);
  TellElsewhere(endpoint, *owner);
  return absl::OkStatus();
}

void OwnerNotifier::TellElsewhere(const v1::Endpoint& endpoint, const v1::Subscriber& owner) {
  constexpr absl::Duration kLimit = absl::Minutes(1);
  std::vector<v1::Endpoint> others;
  interests_.ForEachEndpoint([&](const v1::Endpoint& other) {
    if (store::RootOf(other.name()) == owner.name() && other.name() != endpoint.name() &&
        other.state() == v1::Endpoint::STATE_ENABLED) {
      others.push_back(other);
    }
  });
  for (const v1::Endpoint& other : others) {
    const auto channel = channels_.find(other.channel_case());
    if (channel == channels_.end()) continue;
    channel->second->TellOwner(other, LetterAbout(endpoint), IdOf(endpoint),
                               text::LanguageFor(owner.language()), clock_.Uptime() + kLimit);
  }
}

}  // namespace clusterwire::notification
