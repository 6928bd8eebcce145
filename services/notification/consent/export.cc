#include "services/notification/consent/export.h"

#include <utility>
#include <vector>

#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "libs/resource/page.h"
#include "services/notification/ledger/consent/proofs.h"
#include "services/notification/ledger/records/seen_by.h"

namespace clusterwire::notification {

absl::StatusOr<SubscriberExporter::Page> SubscriberExporter::Export(const ReadCall& call,
                                                                    const std::string& name,
                                                                    std::optional<PageKey> after,
                                                                    int limit) {
  ASSIGN_OR_RETURN(const v1::Subscriber subscriber, parts_.subscribers.Get(call, name));
  Page page;
  if (!after) {
    *page.exported.mutable_subscriber() = subscriber;
    RETURN_IF_ERROR(AddResources(call, name, &page.exported));
  }
  const DeliveryQuery query = {.parent = name, .after = std::move(after), .limit = limit + 1};
  RETURN_IF_ERROR(AddDeliveries(call, query, ToTime(subscriber.create_time()), &page));
  return page;
}

absl::Status SubscriberExporter::AddResources(const ReadCall& call, const std::string& name,
                                              v1::SubscriberExport* exported) {
  const ListQuery endpoints = {.parent = name, .limit = kMaxEndpoints + 1};
  ASSIGN_OR_RETURN(const auto found, parts_.endpoints.List(call, endpoints));
  for (const v1::Endpoint& one : found.resources) *exported->add_endpoints() = one;
  const ListQuery subscriptions = {.parent = name, .limit = kMaxSubscriptions};
  ASSIGN_OR_RETURN(const auto some, parts_.subscriptions.List(call, subscriptions));
  for (const v1::Subscription& one : some.resources) *exported->add_subscriptions() = one;
  ASSIGN_OR_RETURN(const std::vector<Proof> proofs,
                   parts_.ledger.Read([&](sql::Connection& connection) {
                     return Proofs(connection).Of(name, kMostProofs);
                   }));
  for (const Proof& proof : proofs) {
    v1::SubscriberExport::Proof& shown = *exported->add_proofs();
    shown.set_event(std::string(WordOf(proof.event)));
    *shown.mutable_time() = ToTimestamp(proof.time);
    shown.set_endpoint(proof.endpoint);
    shown.set_subscription(proof.subscription);
    shown.set_subject(proof.subject);
    shown.set_network(proof.network);
    shown.set_text(proof.text);
  }
  return absl::OkStatus();
}

absl::Status SubscriberExporter::AddDeliveries(const ReadCall& call, const DeliveryQuery& query,
                                               absl::Time since, Page* page) {
  const bool all = call.viewer.operator_;
  const filter::Viewer viewer = all ? call.viewer : parts_.interests.SureViewerOf(query.parent);
  return parts_.ledger.Read([&](sql::Connection& connection) -> absl::Status {
    Deliveries deliveries(connection);
    std::vector<std::string> seen_by;
    ASSIGN_OR_RETURN(const auto found, deliveries.List(query, &seen_by));
    resource::PageRoom room(static_cast<size_t>(query.limit - 1));
    for (size_t i = 0; i < found.size(); ++i) {
      v1::SubscriberExport::Sent sent;
      const bool shown =
          all || (ToTime(found[i].create_time()) >= since && IsSeen(viewer, seen_by[i]));
      if (shown) {
        *sent.mutable_delivery() = found[i];
        ASSIGN_OR_RETURN(const auto attempts, deliveries.Attempts(found[i].name()));
        sent.mutable_attempts()->Assign(attempts.begin(), attempts.end());
      }
      // What isn't shown takes a place, and none of the bytes.
      if (!room.Takes(shown ? sent.ByteSizeLong() : 0)) {
        page->next = PageKeyOf(found[i - 1]);
        break;
      }
      if (shown) *page->exported.add_deliveries() = std::move(sent);
    }
    return absl::OkStatus();
  });
}

}  // namespace clusterwire::notification
