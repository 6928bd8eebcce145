#include "services/notification/delivery/operating/many.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/status/error.h"
#include "libs/rpc/token/token.h"
#include "services/notification/delivery/dispatcher.h"
#include "services/notification/delivery/operating/replay.h"
#include "services/notification/delivery/operating/shown_to.h"
#include "services/notification/ledger/deliveries/counts.h"
#include "services/notification/ledger/records/dead_letters.h"
#include "services/notification/page_key.h"
#include "services/notification/resources/subscribers/access.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kCounts = 1000;
constexpr rpc::PageLimits kRedrives = {.default_size = 200, .max_size = 500};
constexpr rpc::PageLimits kDeadLetters = {.default_size = 20, .max_size = 200};
constexpr rpc::PageLimits kReplays = {.default_size = 200, .max_size = 1000};

CountBy ByOf(v1::CountDeliveriesRequest::By by) {
  switch (by) {
    case v1::CountDeliveriesRequest::BY_ENDPOINT:
    case v1::CountDeliveriesRequest::BY_SUBSCRIBER:
      return CountBy::kEndpoint;
    case v1::CountDeliveriesRequest::BY_CHANGE_KIND:
      return CountBy::kChangeKind;
    default:
      return CountBy::kNothing;
  }
}

}  // namespace

absl::StatusOr<v1::CountDeliveriesResponse> CountDeliveries(
    const filter::Viewer& caller, const Handles& handles,
    const v1::CountDeliveriesRequest& request) {
  FieldErrors errors;
  DeliveryQuery query = ReadQuery(request, errors);
  CheckState(request.state(), errors);
  if (!v1::CountDeliveriesRequest::By_IsValid(request.by())) {
    errors.Add("by", "must be one of CountDeliveriesRequest.By");
  }
  RETURN_IF_ERROR(errors.ToStatus());
  query.state = request.state();
  RETURN_IF_ERROR(CheckMayUse(caller, request.parent()));
  ASSIGN_OR_RETURN(const Eyes eyes,
                   Eyes::Of(caller, handles, std::string(store::RootOf(request.parent()))));
  query.from = std::max(query.from, eyes.since());
  ASSIGN_OR_RETURN(const DeliveryCounts found,
                   handles.ledger->Read([&](sql::Connection& connection) {
                     return CountDeliveries(connection, query, ByOf(request.by()),
                                            /*apart=*/!eyes.see_all());
                   }));
  const bool subscribers = request.by() == v1::CountDeliveriesRequest::BY_SUBSCRIBER;
  std::map<std::pair<std::string, v1::Delivery::State>, int64_t> counts;
  for (const DeliveryCount& one : found.counts) {
    if (!eyes.SeeWhat(one.seen_by)) continue;
    const std::string key = subscribers ? std::string(store::RootOf(one.key)) : one.key;
    counts[{key, one.state}] += one.count;
  }
  v1::CountDeliveriesResponse response;
  for (const auto& [key, count] : counts) {
    v1::CountDeliveriesResponse::Count& one = *response.add_counts();
    one.set_key(key.first);
    one.set_state(key.second);
    one.set_count(count);
  }
  std::ranges::stable_sort(*response.mutable_counts(), std::ranges::greater(),
                           [](const auto& one) { return one.count(); });
  response.set_complete(found.complete && counts.size() <= kCounts);
  while (static_cast<size_t>(response.counts_size()) > kCounts) {
    response.mutable_counts()->RemoveLast();
  }
  return response;
}

absl::StatusOr<v1::RedriveDeliveriesResponse> RedriveDeliveries(
    const filter::Viewer& caller, const Handles& handles,
    const v1::RedriveDeliveriesRequest& request) {
  FieldErrors errors;
  const auto page = rpc::ReadPage(*handles.tokens, request, kRedrives);
  RETURN_IF_ERROR(errors.AddFrom(page.status()));
  DeliveryQuery query = ReadQuery(request, errors);
  RETURN_IF_ERROR(errors.ToStatus());
  query.state = v1::Delivery::STATE_DEAD;
  query.after = PageKeyIn(*page);
  query.limit = page->size;
  RETURN_IF_ERROR(CheckMayUse(caller, request.parent()));
  ASSIGN_OR_RETURN(const Eyes eyes,
                   Eyes::Of(caller, handles, std::string(store::RootOf(request.parent()))));
  v1::RedriveDeliveriesResponse response;
  if (request.validate_only()) {
    query.from = std::max(query.from, eyes.since());
    ASSIGN_OR_RETURN(const DeliveryCounts dead,
                     handles.ledger->Read([&](sql::Connection& connection) {
                       return CountDeliveries(connection, query, CountBy::kNothing,
                                              /*apart=*/!eyes.see_all());
                     }));
    for (const DeliveryCount& one : dead.counts) {
      if (eyes.SeeWhat(one.seen_by)) response.set_dead(response.dead() + one.count);
    }
    return response;
  }
  std::vector<std::string> seen_by;
  ASSIGN_OR_RETURN(const std::vector<v1::Delivery> dead,
                   handles.ledger->Read([&](sql::Connection& connection) {
                     return Deliveries(connection).List(query, &seen_by);
                   }));
  for (size_t i = 0; i < dead.size(); ++i) {
    if (!eyes.See(dead[i], seen_by[i])) continue;
    const absl::Status redriven = handles.dispatcher->Redrive(dead[i].name());
    const std::string reason(ReasonOf(redriven));
    if (redriven.ok()) {
      response.set_redriven(response.redriven() + 1);
    } else if (reason == "DELIVERY_BLOCKED") {
      response.set_blocked(response.blocked() + 1);
    } else if (reason == "TOO_MANY_TRIES") {
      response.set_tried_too_often(response.tried_too_often() + 1);
    } else if (reason != "DELIVERY_NOT_DEAD" && !absl::IsNotFound(redriven)) {
      return redriven;  // somebody else's redrive, or the purge, is no error
    }
  }
  if (dead.size() == static_cast<size_t>(page->size)) {
    const PageKey last = PageKeyOf(dead.back());
    response.set_next_page_token(rpc::NextPageToken(*handles.tokens, request, PositionOf(last)));
  }
  return response;
}

absl::StatusOr<v1::RedriveDeadLettersResponse> RedriveDeadLetters(
    const Handles& handles, const v1::RedriveDeadLettersRequest& request) {
  FieldErrors errors;
  const auto page = rpc::ReadPage(*handles.tokens, request, kDeadLetters);
  RETURN_IF_ERROR(errors.AddFrom(page.status()));
  DeadLetterQuery query{.topic = request.topic(), .error = request.error()};
  ReadTimes(request, &query.from, &query.until, errors);
  RETURN_IF_ERROR(errors.ToStatus());
  v1::RedriveDeadLettersResponse response;
  if (request.validate_only()) {
    ASSIGN_OR_RETURN(const int64_t matching, handles.ledger->Read([&](sql::Connection& connection) {
      return DeadLetters(connection).Count(query);
    }));
    response.set_matching(matching);
    return response;
  }
  query.after = PageKeyIn(*page);
  query.limit = page->size;
  query.bytes = 0;
  ASSIGN_OR_RETURN(const auto letters, handles.ledger->Read([&](sql::Connection& connection) {
    return DeadLetters(connection).List(query);
  }));
  for (const v1::DeadLetter& letter : letters) {
    const absl::Status redriven = (*handles.redrive)(letter.name()).status();
    if (redriven.ok()) {
      response.set_redriven(response.redriven() + 1);
    } else if (ReasonOf(redriven) == "RECORD_UNREADABLE") {
      response.set_unreadable(response.unreadable() + 1);
    } else if (!absl::IsNotFound(redriven)) {
      return redriven;
    }
  }
  if (letters.size() == static_cast<size_t>(page->size)) {
    const PageKey last = PageKeyOf(letters.back());
    response.set_next_page_token(rpc::NextPageToken(*handles.tokens, request, PositionOf(last)));
  }
  return response;
}

absl::StatusOr<v1::ReplaySubscriptionResponse> ReplaySubscription(
    const filter::Viewer& caller, const Handles& handles,
    const v1::ReplaySubscriptionRequest& request) {
  FieldErrors errors;
  const auto page = rpc::ReadPage(*handles.tokens, request, kReplays);
  RETURN_IF_ERROR(errors.AddFrom(page.status()));
  RETURN_IF_ERROR(errors.AddFrom(kSubscriptionName.Check("name", request.name())));
  if (kSubscriptionName.Matches(request.name())) {
    RETURN_IF_ERROR(CheckMayUse(caller, request.name()));
  }
  ReplayRequest replay{.subscription = request.name(),
                       .include_delivered = request.include_delivered(),
                       .validate_only = request.validate_only()};
  if (!request.has_start_time()) {
    errors.Add("start_time", "is required: from when on changes are told again");
  } else {
    ReadTimes(request, &replay.from, &replay.until, errors);
  }
  RETURN_IF_ERROR(errors.ToStatus());
  RETURN_IF_ERROR(handles.subscriptions->Get({.viewer = caller}, request.name()).status());
  replay.limit = page->size;
  if (const std::optional<PageKey> key = PageKeyIn(*page)) {
    replay.from = absl::FromUnixMicros(key->order);
    replay.after = key->name;
  }
  ASSIGN_OR_RETURN(const ReplayDone done,
                   Replay(*handles.ledger, *handles.interests, *handles.clock, replay));
  if (!request.validate_only()) handles.dispatcher->Look(done.endpoint);
  v1::ReplaySubscriptionResponse response;
  response.set_repeated(done.repeated);
  response.set_added(done.added);
  response.set_left(done.left);
  response.set_changes(done.seen);
  if (!done.complete) {
    response.set_next_page_token(rpc::NextPageToken(
        *handles.tokens, request, PositionOf({absl::ToUnixMicros(done.from), done.after})));
  }
  return response;
}

}  // namespace clusterwire::notification
