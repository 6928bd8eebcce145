#pragma once

#include <memory>
#include <string>
#include <vector>

#include "services/notification/channels/channels.h"

namespace clusterwire::notification {

// What a mail tells of one resource.
struct Told {
  // To make the notice of: the change as it is told, from before the first to how the resource is
  // now, by the first subscription that still has the resource, if any has. Has no others.
  std::shared_ptr<const Job> job;
  // The changes, oldest first, each once: ce_ids are unique among them.
  std::vector<std::shared_ptr<const Job>> changes;
  // One for each subscription by which it comes, in the order of their deliveries: the same as
  // `job`, so that each has its own reasons. `job` is one of them.
  std::vector<std::shared_ptr<const Job>> subscriptions;
};

// What the job's mail tells: the job's own record and those of its others, one entry for each
// resource in the order of their first changes. Pure.
std::vector<Told> ToldBy(const Job& job);

// Titles of the subscriptions by which the mail comes, each once, the job's own first.
std::vector<std::string> SubscriptionTitles(const Job& job);

}  // namespace clusterwire::notification
