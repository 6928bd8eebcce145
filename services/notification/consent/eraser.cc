#include "services/notification/consent/eraser.h"

#include <utility>
#include <vector>

#include "libs/base/status/error.h"
#include "services/notification/ledger/consent/asks.h"
#include "services/notification/resources/subscribers/consent_rules.h"
#include "services/notification/resources/subscribers/endpoint_rules.h"

namespace clusterwire::notification {
namespace {

constexpr absl::Duration kCatchUpPatience = absl::Seconds(5);
constexpr int kMostUnfinished = 100;  // in one round

}  // namespace

Eraser::Eraser(const Dependencies& parts)
    : parts_(parts), worker_(parts.clock, parts.random, [this] { return Round(); }) {}

absl::StatusOr<bool> Eraser::IsThere(const std::string& name) {
  ASSIGN_OR_RETURN(const auto reader, parts_.store.Read());
  const absl::Status found = reader->Get<v1::Subscriber>(name).status();
  if (absl::IsNotFound(found)) return false;
  RETURN_IF_ERROR(found);
  return true;
}

absl::StatusOr<Erasing> Eraser::ErasingOf(const filter::Viewer& viewer, const std::string& name) {
  Erasing erasing{.subscriber = name, .since = parts_.clock.Now()};
  ASSIGN_OR_RETURN(const auto reader, parts_.store.Read());
  ASSIGN_OR_RETURN(const auto rows,
                   reader->Scan({.type = "endpoint", .parent = name, .limit = kMaxEndpoints}));
  for (const store::Scanned& row : rows) {
    const auto& endpoint = static_cast<const v1::Endpoint&>(*row.resource);
    if (!NeedsConsent(endpoint) || !(IsConfirmed(endpoint) || viewer.operator_)) continue;
    erasing.address_keys.push_back(parts_.address_key.Of(endpoint.email().address()));
  }
  return erasing;
}

absl::Status Eraser::Erase(const WriteCall& call, const v1::EraseSubscriberRequest& request) {
  const std::string& name = request.name();
  RETURN_IF_ERROR(CheckMayUse(call.viewer, name));
  const absl::StatusOr<v1::Subscriber> known =
      parts_.subscribers.Get({.viewer = call.viewer}, name);
  if (!known.ok() && !(absl::IsNotFound(known.status()) && call.viewer.operator_)) {
    return known.status();
  }
  if (known.ok()) RETURN_IF_ERROR(resource::CheckEtag(*known, request.etag()));
  if (call.store.validate_only) {
    return known.ok() ? parts_.subscribers.Delete(call, name, request.etag()).status()
                      : absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const Erasing erasing, ErasingOf(call.viewer, name));
  RETURN_IF_ERROR(parts_.ledger.Write(
      [&](sql::Connection& connection) { return Erasures(connection).Begin(erasing); }));
  if (known.ok()) {
    RETURN_IF_ERROR(parts_.subscribers.Delete(call, name, request.etag()).status());
  }
  // A repeated call may get its first answer when another has the name by now.
  ASSIGN_OR_RETURN(const bool there, IsThere(name));
  if (there) return absl::OkStatus();
  RETURN_IF_ERROR(parts_.interests.CatchUpWithin(kCatchUpPatience));
  return EraseFromLedger(erasing);
}

absl::Status Eraser::EraseFromLedger(const Erasing& erasing) {
  RETURN_IF_ERROR(parts_.ledger.Write([&](sql::Connection& connection) -> absl::Status {
    for (const std::string& key : erasing.address_keys) {
      RETURN_IF_ERROR(Erasures(connection).Remember(key, erasing.since));
      RETURN_IF_ERROR(Asks(connection).Forget(key));
    }
    return absl::OkStatus();
  }));
  parts_.suppress(erasing.subscriber, "wanted: the subscriber was erased");
  absl::StatusOr<bool> more = true;
  while (more.ok() && *more) {
    more = parts_.ledger.Write([&](sql::Connection& connection) {
      return Erasures(connection).Erase(erasing.subscriber, kRows);
    });
  }
  RETURN_IF_ERROR(more.status());
  return parts_.ledger.Write(
      [](sql::Connection& connection) { return Asks(connection).ForgetEmptyMails(); });
}

absl::Status Eraser::GoOn(const Erasing& erasing) {
  const absl::Duration age = parts_.clock.Now() - erasing.since;
  ASSIGN_OR_RETURN(const bool there, IsThere(erasing.subscriber));
  if (!there) RETURN_IF_ERROR(EraseFromLedger(erasing));
  if (age < (there ? kRefused : kLastLook)) return absl::OkStatus();
  return parts_.ledger.Write(
      [&](sql::Connection& connection) { return Erasures(connection).Finish(erasing.subscriber); });
}

absl::StatusOr<absl::Time> Eraser::Round() {
  ASSIGN_OR_RETURN(const std::vector<Erasing> unfinished,
                   parts_.ledger.Read([](sql::Connection& connection) {
                     return Erasures(connection).Unfinished(kMostUnfinished);
                   }));
  for (const Erasing& erasing : unfinished) RETURN_IF_ERROR(GoOn(erasing));
  return parts_.clock.Now() + kPoll;
}

}  // namespace clusterwire::notification
