#include "services/notification/delivery/job_loader.h"

#include <algorithm>
#include <utility>

#include "libs/base/status/status_macros.h"

namespace clusterwire::notification {

absl::StatusOr<std::shared_ptr<const Record>> JobLoader::RecordOf(sql::Connection& connection,
                                                                  const std::string& change_id) {
  const auto found = std::find_if(
      kept_.begin(), kept_.end(),
      [&](const std::shared_ptr<const Record>& kept) { return kept->id == change_id; });
  if (found != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, found);
  } else {
    absl::StatusOr<Record> record = Records(connection).Load(change_id);
    if (absl::IsDataLoss(record.status())) return nullptr;
    RETURN_IF_ERROR(record.status());
    kept_.push_front(std::make_shared<const Record>(*std::move(record)));
    if (kept_.size() > kKeptRecords) kept_.pop_back();
  }
  return kept_.front();
}

absl::StatusOr<JobLoader::Loaded> JobLoader::Load(const std::vector<PendingDelivery>& deliveries) {
  return ledger_.Read([&](sql::Connection& connection) -> absl::StatusOr<Loaded> {
    Loaded loaded;
    for (const PendingDelivery& delivery : deliveries) {
      ASSIGN_OR_RETURN(const Standing standing, Deliveries(connection).StandingOf(delivery.name));
      if (!standing.pending) {
        loaded.settled.push_back(delivery);
        continue;
      }
      Job job{.delivery = delivery, .hidden = standing.hidden};
      ASSIGN_OR_RETURN(job.record, RecordOf(connection, delivery.change_id));
      job.interest = interests_.Find(delivery.subscription);
      job.endpoint = interests_.FindEndpoint(delivery.endpoint);
      loaded.jobs.push_back(std::make_shared<const Job>(std::move(job)));
    }
    return loaded;
  });
}

}  // namespace clusterwire::notification
