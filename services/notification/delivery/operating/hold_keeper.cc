#include "services/notification/delivery/operating/hold_keeper.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "libs/change/vocabulary.h"
#include "libs/config/check.h"
#include "libs/resource/name.h"
#include "libs/telemetry/log.h"
#include "services/notification/channels/endpoint_kind.h"
#include "services/notification/ledger/deliveries/bundles.h"
#include "services/notification/ledger/holds/holds.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kIdBytes = 6;
constexpr size_t kMaxName = 500;
constexpr size_t kMaxNote = 200;
constexpr absl::Duration kTimeLimit = absl::Hours(24);
constexpr absl::Duration kMaxTimeLimit = absl::Hours(30 * 24);

absl::Status Check(const v1::Hold& hold) {
  FieldErrors errors;
  const std::vector<std::string> channels = ChannelNames();
  if (!hold.channel().empty() && std::ranges::find(channels, hold.channel()) == channels.end()) {
    errors.Add("hold.channel", absl::StrCat("must be one of ", absl::StrJoin(channels, ", ")));
  }
  if (!hold.change_kind().empty()) {
    const std::string wrong = change::WrongKind(hold.change_kind());
    if (!wrong.empty()) errors.Add("hold.change_kind", wrong);
  }
  for (const auto& [path, text] :
       {std::pair<const char*, const std::string&>("hold.cause", hold.cause()),
        {"hold.change", hold.change()},
        {"hold.resource", hold.resource()}}) {
    resource::CheckText(errors, path, text, 0, kMaxName);
  }
  if (hold.channel().empty() && hold.change_kind().empty() && hold.cause().empty() &&
      hold.change().empty() && hold.resource().empty()) {
    errors.Add("hold", "must say what to hold: channel, cause, change_kind, change or resource");
  }
  resource::CheckText(errors, "hold.note", hold.note(), 0, kMaxNote);
  if (hold.has_time_limit()) {
    config::CheckRange(errors, "hold.time_limit", hold.time_limit(), absl::Minutes(1),
                       kMaxTimeLimit);
  }
  if (!v1::Hold::AtEnd_IsValid(hold.at_end())) {
    errors.Add("hold.at_end", "must be one of Hold.AtEnd");
  }
  return errors.ToStatus();
}

void Log(const char* what, const v1::Hold& hold) {
  telemetry::LogInfo(what, {{"hold", hold.ShortDebugString()}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<HoldKeeper>> HoldKeeper::Start(Ledger& ledger, Interests& interests,
                                                              Clock& clock, Random& random) {
  std::unique_ptr<HoldKeeper> keeper(new HoldKeeper(ledger, interests, clock, random));
  RETURN_IF_ERROR(keeper->Refresh());
  keeper->worker_ =
      std::make_unique<Worker>(clock, random, [raw = keeper.get()] { return raw->Step(); });
  return keeper;
}

absl::StatusOr<v1::Hold> HoldKeeper::Create(const v1::Hold& hold, const std::string& creator,
                                            bool validate_only) {
  RETURN_IF_ERROR(Check(hold));
  v1::Hold next = hold;
  const absl::Time now = clock_.Now();
  const absl::Duration limit =
      hold.has_time_limit() ? config::ToDuration(hold.time_limit()) : kTimeLimit;
  next.set_name(absl::StrCat("holds/", absl::BytesToHexString(RandomBytes(random_, kIdBytes))));
  *next.mutable_create_time() = ToTimestamp(now);
  *next.mutable_expire_time() = ToTimestamp(now + limit);
  next.set_creator(creator);
  next.set_discarding(false);
  next.clear_held();
  if (next.at_end() == v1::Hold::AT_END_UNSPECIFIED) next.set_at_end(v1::Hold::AT_END_RELEASE);
  if (!validate_only) {
    RETURN_IF_ERROR(ledger_.Write([&](sql::Connection& connection) -> absl::Status {
      ASSIGN_OR_RETURN(const std::vector<v1::Hold> holds, Holds(connection).All());
      if (holds.size() < kMost) return Holds(connection).Put(next);
      return Error(absl::StatusCode::kFailedPrecondition, "TOO_MANY_HOLDS",
                   absl::StrCat(kMost,
                                " holds stand, the most there may be: release or discard "
                                "one of those that ListHolds names"));
    }));
    RETURN_IF_ERROR(Refresh());
    Log("hold created", next);
  }
  RETURN_IF_ERROR(Count(next));
  return next;
}

absl::StatusOr<v1::Hold> HoldKeeper::Get(const std::string& name) {
  ASSIGN_OR_RETURN(v1::Hold hold, ledger_.Read([&](sql::Connection& connection) {
    return Holds(connection).Find(name);
  }));
  RETURN_IF_ERROR(Count(hold));
  return hold;
}

absl::StatusOr<std::vector<v1::Hold>> HoldKeeper::List() {
  return ledger_.Read([](sql::Connection& connection) { return Holds(connection).All(); });
}

absl::StatusOr<v1::Hold> HoldKeeper::Release(const std::string& name, bool validate_only) {
  ASSIGN_OR_RETURN(v1::Hold hold, Get(name));
  const auto release = [&](sql::Connection& connection) -> absl::Status {
    ASSIGN_OR_RETURN(const v1::Hold present, Holds(connection).Find(name));
    if (present.discarding()) {
      return Error(absl::StatusCode::kFailedPrecondition, "HOLD_DISCARDS",
                   absl::StrCat(name,
                                " is discarding what it held already; what was suppressed "
                                "ReplaySubscription sends after all"),
                   {{"resource", name}});
    }
    return validate_only ? absl::OkStatus() : Holds(connection).Remove(name);
  };
  RETURN_IF_ERROR(ledger_.Write(release));
  if (validate_only) return hold;
  RETURN_IF_ERROR(Refresh());
  Log("hold released", hold);
  return hold;
}

absl::StatusOr<v1::Hold> HoldKeeper::Discard(const std::string& name, bool validate_only) {
  ASSIGN_OR_RETURN(v1::Hold hold, Get(name));
  if (validate_only) return hold;
  RETURN_IF_ERROR(ledger_.Write([&](sql::Connection& connection) -> absl::Status {
    ASSIGN_OR_RETURN(v1::Hold present, Holds(connection).Find(name));
    present.set_discarding(true);
    return Holds(connection).Put(present);
  }));
  hold.set_discarding(true);
  RETURN_IF_ERROR(Refresh());
  Log("hold discards", hold);
  worker_->Wake();
  return hold;
}

absl::Status HoldKeeper::Refresh() {
  ASSIGN_OR_RETURN(const std::vector<v1::Hold> holds, List());
  DeliveryNotes::Holds next;
  for (const v1::Hold& hold : holds) next.push_back(std::make_shared<const v1::Hold>(hold));
  interests_.SetHolds(std::move(next));
  return absl::OkStatus();
}

absl::StatusOr<absl::Time> HoldKeeper::Step() {
  ASSIGN_OR_RETURN(std::vector<v1::Hold> holds, List());
  RETURN_IF_ERROR(EndOver(holds));
  bool more = false;
  for (const v1::Hold& hold : holds) {
    if (!hold.discarding()) continue;
    ASSIGN_OR_RETURN(const bool ended, DiscardSome(hold));
    more |= !ended;
  }
  RETURN_IF_ERROR(Refresh());
  return more ? absl::InfinitePast() : clock_.Now() + kLook;
}

absl::Status HoldKeeper::EndOver(std::vector<v1::Hold>& holds) {
  for (v1::Hold& hold : holds) {
    if (hold.discarding() || clock_.Now() < ToTime(hold.expire_time())) continue;
    const bool discards = hold.at_end() == v1::Hold::AT_END_DISCARD;
    hold.set_discarding(discards);
    RETURN_IF_ERROR(ledger_.Write([&](sql::Connection& connection) {
      return discards ? Holds(connection).Put(hold) : Holds(connection).Remove(hold.name());
    }));
    Log(discards ? "hold is over and discards" : "hold is over", hold);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> HoldKeeper::DiscardSome(const v1::Hold& hold) {
  Round& round = rounds_[hold.name()];
  for (int page = 0; page < kPages; ++page) {
    bool through = false;
    Round next = round;
    RETURN_IF_ERROR(ledger_.Write([&](sql::Connection& connection) -> absl::Status {
      next = round;
      ASSIGN_OR_RETURN(const auto pending, Holds(connection).PendingOf(hold, round.after, kPage));
      std::vector<std::string> covered;
      for (const Holds::Pending& one : pending) {
        if (GoesBy(one.endpoint, hold)) covered.push_back(one.delivery);
      }
      next.found |= !covered.empty();
      through = pending.size() < static_cast<size_t>(kPage);
      if (!through) next.after = pending.back().delivery;
      if (through && !next.found) return Holds(connection).Remove(hold.name());
      RETURN_IF_ERROR(Holds(connection)
                          .Suppress(covered, absl::StrCat("discarded: ", hold.name()), clock_.Now())
                          .status());
      // What went in the mails of those goes on in others.
      return covered.empty() ? absl::OkStatus()
                             : Bundles(connection).Heal("", clock_.Now()).status();
    }));
    if (through && !next.found) {
      rounds_.erase(hold.name());
      Log("hold has discarded all", hold);
      return true;
    }
    round = through ? Round() : next;
  }
  return false;
}

// What was deleted goes nowhere, and a gate knows.
bool HoldKeeper::GoesBy(const std::string& endpoint, const v1::Hold& hold) const {
  if (hold.channel().empty()) return true;
  const auto found = interests_.FindEndpoint(endpoint);
  return found != nullptr && ChannelNameOf(*found) == hold.channel();
}

absl::Status HoldKeeper::Count(v1::Hold& hold) {
  ASSIGN_OR_RETURN(const auto counts, ledger_.Read([&](sql::Connection& connection) {
    return Holds(connection).CountPending(hold);
  }));
  int64_t held = 0;
  for (const auto& [endpoint, count] : counts) held += GoesBy(endpoint, hold) ? count : 0;
  hold.set_held(held);
  return absl::OkStatus();
}

}  // namespace clusterwire::notification
