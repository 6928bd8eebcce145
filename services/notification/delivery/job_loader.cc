#include "services/notification/delivery/job_loader.h"

#include <utility>

#include "libs/base/status/error.h"
#include "services/notification/channels/calendar/calendar_part.h"
#include "services/notification/channels/email/suppressed.h"
#include "services/notification/ledger/records/records.h"
#include "services/notification/ledger/records/seen_by.h"

namespace clusterwire::notification {

void JobLoader::Keep(std::shared_ptr<const KeptRecord> record) {
  if (seen_by_.size() >= kKeptResources) seen_by_.clear();
  if (const auto seen_by = SeenSince(record->change)) {
    seen_by_[record->change.name()] = *seen_by;
  } else {
    seen_by_.erase(record->change.name());  // the ledger knows
  }
  KeepRecord(std::move(record));
}

void JobLoader::KeepRecord(std::shared_ptr<const KeptRecord> record) {
  if (FindKept(record->id) != nullptr) return;
  kept_bytes_ += record->change.ByteSizeLong();
  kept_.push_front(std::move(record));
  kept_by_id_[kept_.front()->id] = kept_.begin();
  while (kept_.size() > 1 && (kept_.size() > kKeptRecords || kept_bytes_ > kKeptBytes)) {
    kept_bytes_ -= kept_.back()->change.ByteSizeLong();
    kept_by_id_.erase(kept_.back()->id);
    kept_.pop_back();
  }
}

std::shared_ptr<const KeptRecord> JobLoader::FindKept(const std::string& change_id) {
  const auto found = kept_by_id_.find(change_id);
  if (found == kept_by_id_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, found->second);
  return kept_.front();
}

std::shared_ptr<const Job> JobLoader::FromMemory(const PendingDelivery& delivery,
                                                 absl::Duration now) {
  const absl::Duration age = now - delivery.offered;
  if (interests_.notes().MayHaveGap(delivery.endpoint)) return nullptr;
  const absl::Duration believed = ledger_.shared() ? kFresh : kLongestBacklog;
  if (delivery.attempts > 0 || age < absl::ZeroDuration() || age > believed) return nullptr;
  if (!MailboxOf(delivery).empty()) return nullptr;  // the ledger knows whether it is suppressed
  std::shared_ptr<const KeptRecord> record = FindKept(delivery.change_id);
  if (record == nullptr) return nullptr;
  const auto seen_by = seen_by_.find(record->change.name());
  if (seen_by == seen_by_.end()) return nullptr;
  std::shared_ptr<const Job> job = MakeJob(delivery, seen_by->second, std::move(record));
  return job->invitation ? nullptr : job;  // the ledger knows what it was told
}

absl::StatusOr<std::shared_ptr<const KeptRecord>> JobLoader::RecordOf(
    sql::Connection& connection, const std::string& change_id) {
  if (std::shared_ptr<const KeptRecord> kept = FindKept(change_id)) return kept;
  absl::StatusOr<KeptRecord> record = Records(connection).Load(change_id);
  if (absl::IsDataLoss(record.status())) return nullptr;
  RETURN_IF_ERROR(record.status());
  KeepRecord(std::make_shared<const KeptRecord>(*std::move(record)));
  return kept_.front();
}

std::shared_ptr<Job> JobLoader::MakeJob(const PendingDelivery& delivery, std::string_view seen_by,
                                        std::shared_ptr<const KeptRecord> record,
                                        std::string suppressed, Gap gap) const {
  Job job = JobOf(delivery, std::move(record), seen_by, interests_, clock_.Now());
  job.suppressed = std::move(suppressed);
  job.gap = std::move(gap);
  job.gap_unread = false;
  return std::make_shared<Job>(std::move(job));
}

// Where order isn't kept none comes before another.
absl::StatusOr<Gap> JobLoader::GapBefore(sql::Connection& connection,
                                         const PendingDelivery& delivery) const {
  const bool ordered = delivery.root != delivery.name;
  if (!ordered || !interests_.notes().MayHaveGap(delivery.endpoint)) return Gap();
  return GivenUp(connection).Find(delivery.endpoint, delivery.root);
}

std::string JobLoader::MailboxOf(const PendingDelivery& delivery) const {
  if (address_key_ == nullptr) return "";
  const std::shared_ptr<const v1::Endpoint> endpoint = interests_.FindEndpoint(delivery.endpoint);
  if (endpoint == nullptr || !endpoint->has_email()) return "";
  return address_key_->Of(endpoint->email().address());
}

absl::StatusOr<std::shared_ptr<const Job>> JobLoader::Make(
    sql::Connection& connection, const PendingDelivery& delivery, std::string_view seen_by,
    std::shared_ptr<const KeptRecord> record) const {
  std::string suppressed;
  if (const std::string mailbox = MailboxOf(delivery); !mailbox.empty()) {
    ASSIGN_OR_RETURN(suppressed, WhySuppressed(connection, mailbox));
  }
  ASSIGN_OR_RETURN(Gap gap, GapBefore(connection, delivery));
  std::shared_ptr<Job> job =
      MakeJob(delivery, seen_by, std::move(record), std::move(suppressed), std::move(gap));
  RETURN_IF_ERROR(ReadInvitation(connection, interests_, seen_by, *job));
  return job;
}

absl::StatusOr<JobLoader::Loaded> JobLoader::Load(const std::vector<PendingDelivery>& deliveries,
                                                  absl::Duration now) {
  Loaded loaded;
  std::vector<PendingDelivery> others;
  for (const PendingDelivery& delivery : deliveries) {
    if (std::shared_ptr<const Job> job = FromMemory(delivery, now)) {
      loaded.jobs.push_back(std::move(job));
    } else {
      others.push_back(delivery);
    }
  }
  if (others.empty()) return loaded;
  return ledger_.Read([&](sql::Connection& connection) -> absl::StatusOr<Loaded> {
    std::vector<std::string> names;
    for (const PendingDelivery& delivery : others) names.push_back(delivery.name);
    ASSIGN_OR_RETURN(auto standings, Deliveries(connection).StandingsOf(names));
    for (const PendingDelivery& delivery : others) {
      const Standing& standing = standings[delivery.name];
      if (!standing.pending) {
        loaded.ended.push_back(delivery);
        continue;
      }
      ASSIGN_OR_RETURN(auto record, RecordOf(connection, delivery.change_id));
      ASSIGN_OR_RETURN(auto job, Make(connection, delivery, standing.seen_by, std::move(record)));
      loaded.jobs.push_back(std::move(job));
    }
    return loaded;
  });
}

}  // namespace clusterwire::notification
