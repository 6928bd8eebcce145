#include "services/notification/channels/testing/event_jobs.h"

#include "absl/strings/str_cat.h"

#include "libs/base/time/clock.h"

namespace clusterwire::notification {

type::v1::Facts PragueConference(int sequence) {
  type::v1::Facts facts;
  facts.set_type("event");
  facts.set_name("events/european-cluster-conference-2022");
  facts.set_title("European Cluster Conference 2022");
  facts.set_kind("conference");
  facts.set_state("published");
  facts.mutable_period()->set_start("2022-09-26");
  facts.mutable_period()->set_end("2022-09-27");
  type::v1::Calendar& calendar = *facts.mutable_calendar();
  calendar.set_uid("0123456789abcdef0123456789abcdef");
  calendar.set_sequence(sequence);
  calendar.set_start("2022-09-26");
  calendar.set_end("2022-09-27");
  calendar.set_whole_days(true);
  calendar.set_place("Prague, CZ");
  calendar.set_organiser("European Commission");
  calendar.set_link("https://example.org/prague");
  calendar.set_status(type::v1::Calendar::STATUS_CONFIRMED);
  return facts;
}

change::v1::ResourceChanged ConferenceChange(int64_t revision, const std::string& kind,
                                             const type::v1::Facts& before,
                                             const type::v1::Facts& after) {
  change::v1::ResourceChanged change;
  change.set_history_id("h");
  change.set_revision(revision);
  change.set_ordinal(1);
  change.set_name("events/european-cluster-conference-2022");
  change.set_root(change.name());
  change.set_kind(kind);
  *change.mutable_time() = ToTimestamp(absl::FromUnixSeconds(1'650'000'000 + revision));
  if (!before.type().empty()) *change.mutable_before() = before;
  if (!after.type().empty()) *change.mutable_after() = after;
  return change;
}

Job ConferenceJob(const change::v1::ResourceChanged& change, v1::CalendarMode mode,
                  v1::Transition transition) {
  v1::Subscription subscription;
  subscription.set_name("subscribers/anna/subscriptions/conferences");
  subscription.set_title("Conferences");
  subscription.set_endpoint("subscribers/anna/endpoints/mail");
  subscription.set_calendar(mode);
  subscription.mutable_filter()->add_types("event");
  auto endpoint = std::make_shared<v1::Endpoint>();
  endpoint->set_name(subscription.endpoint());
  endpoint->set_state(v1::Endpoint::STATE_ENABLED);
  endpoint->mutable_email()->set_address("anna@example.net");
  auto record = std::make_shared<KeptRecord>();
  record->id = absl::StrCat("h:", change.revision(), ":1");
  record->change = change;
  record->received = ToTime(change.time());

  Job job;
  job.interest = std::make_shared<const Interest>(Interest{.subscription = subscription});
  job.endpoint = std::move(endpoint);
  job.delivery = {.name = DeliveryName(subscription.name(), record->id),
                  .change_id = record->id,
                  .root = change.root(),
                  .subscription = subscription.name(),
                  .endpoint = subscription.endpoint(),
                  .transition = transition,
                  .sequence = change.revision(),
                  .created = record->received};
  job.record = std::move(record);
  job.invitation_unread = false;
  if (mode == v1::CALENDAR_MODE_INVITE) {
    job.invitation = Invitation{.uid = "0123456789abcdef0123456789abcdef"};
  }
  return job;
}

}  // namespace clusterwire::notification
