#pragma once

#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/notification/channels/channels.h"
#include "services/notification/channels/email/address_key.h"
#include "services/notification/ledger/ledger.h"

namespace clusterwire::notification {

// Makes jobs of pending deliveries, with their records and those who get them. The ledger is asked
// for what this process did not just write itself: after a restart, before each further try, and
// for what another process matched. Owned by one thread.
class JobLoader {
 public:
  // How long after its commit what ingest handed over needs no look at a ledger that is shared:
  // another process may have the partition by then, and see the resource hidden.
  static constexpr absl::Duration kFresh = absl::Seconds(1);
  // The same of one that isn't: what is offered lies in memory no longer, but for a backlog.
  static constexpr absl::Duration kLongestBacklog = absl::Minutes(10);
  // Those asked for last.
  static constexpr size_t kKeptRecords = 1000;
  static constexpr size_t kKeptBytes = 32 << 20;
  static constexpr size_t kKeptResources = 10'000;  // beyond it the ledger is asked

  // The arguments outlive the loader. Null `address_key`: no mailbox is suppressed.
  JobLoader(Ledger& ledger, const Interests& interests, Clock& clock,
            const AddressKey* address_key = nullptr)
      : ledger_(ledger), interests_(interests), clock_(clock), address_key_(address_key) {}

  // A record that ingest has committed, now the newest of its resource.
  void Keep(std::shared_ptr<const KeptRecord> record);
  // Some weren't given to Keep(): the ledger is asked about all that came before.
  void Forget() { seen_by_.clear(); }

  struct Loaded {
    std::vector<std::shared_ptr<const Job>> jobs;
    std::vector<PendingDelivery> ended;  // pending no more: handed over before their offer came
  };
  // A record that can't be parsed fails only the jobs that ask for it: they come without it.
  // `now` is the uptime.
  absl::StatusOr<Loaded> Load(const std::vector<PendingDelivery>& deliveries, absl::Duration now);

  // The job of a delivery, of which the ledger needn't have a row, with all that it knows besides;
  // `seen_by` says who sees the resource since its newest record. Any thread.
  absl::StatusOr<std::shared_ptr<const Job>> Make(sql::Connection& connection,
                                                  const PendingDelivery& delivery,
                                                  std::string_view seen_by,
                                                  std::shared_ptr<const KeptRecord> record) const;

 private:
  std::shared_ptr<const KeptRecord> FindKept(const std::string& change_id);
  void KeepRecord(std::shared_ptr<const KeptRecord> record);
  // Null when the ledger has to be asked.
  std::shared_ptr<const Job> FromMemory(const PendingDelivery& delivery, absl::Duration now);
  absl::StatusOr<Gap> GapBefore(sql::Connection& connection, const PendingDelivery& delivery) const;
  // Null when it can't be read any more.
  absl::StatusOr<std::shared_ptr<const KeptRecord>> RecordOf(sql::Connection& connection,
                                                             const std::string& change_id);
  std::shared_ptr<Job> MakeJob(const PendingDelivery& delivery, std::string_view seen_by,
                               std::shared_ptr<const KeptRecord> record,
                               std::string suppressed = "", Gap gap = {}) const;
  // The address key of the mailbox that it goes to; empty where it goes elsewhere.
  std::string MailboxOf(const PendingDelivery& delivery) const;

  Ledger& ledger_;
  const Interests& interests_;
  Clock& clock_;
  const AddressKey* const address_key_;
  using KeptRecords = std::list<std::shared_ptr<const KeptRecord>>;
  KeptRecords kept_;  // those asked for last in front
  std::unordered_map<std::string_view, KeptRecords::iterator> kept_by_id_;
  size_t kept_bytes_ = 0;
  std::unordered_map<std::string, std::string> seen_by_;  // by resource, since Keep()
};

}  // namespace clusterwire::notification
