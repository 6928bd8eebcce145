#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "clusterwire/notification/v1/subscriber_export.pb.h"

#include "services/notification/ledger/deliveries/deliveries.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/resources/subscribers/endpoint_rules.h"
#include "services/notification/resources/subscribers/interests.h"
#include "services/notification/resources/subscribers/subscriber_rules.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {

// All that is held about a subscriber, to be handed over.
class SubscriberExporter {
 public:
  // All of it outlives the exporter.
  struct Dependencies {
    Ledger& ledger;
    Interests& interests;
    Subscribers& subscribers;
    Endpoints& endpoints;
    Subscriptions& subscriptions;
  };
  struct Page {
    v1::SubscriberExport exported;
    std::optional<PageKey> next = {};  // none: that was all
  };

  explicit SubscriberExporter(const Dependencies& parts) : parts_(parts) {}

  // NOT_FOUND; PERMISSION_DENIED. `after` is where the page before ended; none: the first one. Of
  // deliveries those that its caller could list.
  absl::StatusOr<Page> Export(const ReadCall& call, const std::string& name,
                              std::optional<PageKey> after, int limit);

 private:
  static constexpr int kMostProofs = 10'000;

  absl::Status AddResources(const ReadCall& call, const std::string& name,
                            v1::SubscriberExport* exported);
  absl::Status AddDeliveries(const ReadCall& call, const DeliveryQuery& query, absl::Time since,
                             Page* page);

  const Dependencies parts_;
};

}  // namespace clusterwire::notification
