#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "services/notification/delivery/job.h"
#include "services/notification/ledger/ledger.h"

namespace clusterwire::notification {

// Makes jobs of pending deliveries: reads their records, many in one transaction and each once for
// all the deliveries that it causes, and looks up who gets them. Owned by one thread.
class JobLoader {
 public:
  static constexpr size_t kKeptRecords = 64;  // those asked for last; at most 512 KiB each

  // The arguments outlive the loader.
  JobLoader(Ledger& ledger, const Interests& interests) : ledger_(ledger), interests_(interests) {}

  struct Loaded {
    std::vector<std::shared_ptr<const Job>> jobs;  // in the order of the deliveries
    std::vector<PendingDelivery> settled;  // pending no more: recorded before their offer came
  };
  // A record that can't be parsed fails only the jobs that ask for it: they come without it.
  absl::StatusOr<Loaded> Load(const std::vector<PendingDelivery>& deliveries);

 private:
  // Null when it can't be read any more.
  absl::StatusOr<std::shared_ptr<const Record>> RecordOf(sql::Connection& connection,
                                                         const std::string& change_id);

  Ledger& ledger_;
  const Interests& interests_;
  std::list<std::shared_ptr<const Record>> kept_;  // those asked for last in front
};

}  // namespace clusterwire::notification
