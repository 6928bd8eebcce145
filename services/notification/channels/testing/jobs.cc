#include "services/notification/channels/testing/jobs.h"

#include "libs/base/time/clock.h"

namespace clusterwire::notification {
namespace {

change::v1::ResourceChanged LabelAwarded() {
  change::v1::ResourceChanged change;
  change.set_history_id("h");
  change.set_revision(8);
  change.set_ordinal(1);
  change.set_name("clusters/silicon-saxony/labels/silver");
  change.set_root("clusters/silicon-saxony");
  change.set_kind("label.awarded");
  *change.mutable_time() = ToTimestamp(absl::FromUnixSeconds(1'700'000'000));
  type::v1::Facts& after = *change.mutable_after();
  after.set_type("label");
  after.set_name(change.name());
  after.set_title("Silver (ECEI) for Silicon Saxony");
  after.set_summary("Valid until 2026-05-31.");
  after.set_link("https://example.org/silver");
  after.set_kind("silver");
  after.set_state("valid");
  after.add_codes("iso:DE");
  type::v1::Title& germany = *after.add_titles();
  germany.set_value("iso:DE");
  germany.set_title("Germany");
  return change;
}

}  // namespace

void SetChange(Job& job, const change::v1::ResourceChanged& change) {
  auto record = std::make_shared<KeptRecord>();
  record->id = "h:8:1";
  record->change = change;
  record->trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  record->received = absl::FromUnixSeconds(1'700'000'001);
  job.record = std::move(record);
}

Job LabelAwardedJob(const std::string& uri) {
  v1::Subscription subscription;
  subscription.set_name("subscribers/newsletter/subscriptions/silver");
  subscription.set_title("Silver in Saxony");
  subscription.set_endpoint("subscribers/newsletter/endpoints/crm");
  subscription.mutable_filter()->add_types("label");
  subscription.mutable_filter()->add_regions("iso:DE");

  auto endpoint = std::make_shared<v1::Endpoint>();
  endpoint->set_name(subscription.endpoint());
  endpoint->set_state(v1::Endpoint::STATE_ENABLED);
  endpoint->mutable_webhook()->set_uri(uri);
  endpoint->mutable_webhook()->set_secret(kTestSecret);

  Job job;
  job.interest = std::make_shared<const Interest>(Interest{.subscription = subscription});
  job.endpoint = std::move(endpoint);
  SetChange(job, LabelAwarded());
  job.delivery = {.name = DeliveryName(subscription.name(), job.record->id),
                  .change_id = job.record->id,
                  .root = job.record->change.root(),
                  .subscription = subscription.name(),
                  .endpoint = subscription.endpoint(),
                  .transition = v1::TRANSITION_ENTERED,
                  .created = job.record->received};
  return job;
}

}  // namespace clusterwire::notification
