#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/notification/v1/operations.pb.h"

#include "libs/base/time/clock.h"
#include "libs/kafka/client.h"
#include "libs/service/findings.h"
#include "libs/sql/database.h"
#include "libs/store/store.h"
#include "services/notification/channels/email/mailer.h"
#include "services/notification/delivery/queue/delivery_queue.h"
#include "services/notification/ledger/audit.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/resources/subscribers/interests.h"

namespace clusterwire::notification {

// How reading from Kafka stands.
struct ConsumerReport {
  int64_t lag = 0;      // records that have not been read
  absl::Status status;  // why it stands still; OK while partitions are assigned and taken in
};

// Looks at everything the service depends on and says what is wrong and how to mend it. Each look
// is bounded in time. Safe for use from any thread.
class Diagnosis {
 public:
  struct Options {
    kafka::ClientOptions kafka;
    std::string topic;
    std::string grants_topic;
    absl::Duration retention;  // how long records are kept here
    absl::Duration patience = absl::Seconds(2);
  };
  // The dependencies outlive the diagnosis; the functions are called from any thread.
  struct Dependencies {
    sql::Database& store_database;
    sql::Database& ledger_database;
    store::Store& store;
    Ledger& ledger;
    const Audit& audit;
    const Interests& interests;
    Clock& clock;
    std::function<ConsumerReport()> consumer;
    std::function<absl::Status()> grants;  // how reading them stands
    std::function<DeliveryQueue::Usage()> delivery;
    std::function<service::Findings()> server = nullptr;  // Server::OwnFindings()
    const Mailer* mailer = nullptr;                       // null: no mails are sent
  };

  Diagnosis(Options options, Dependencies dependencies)
      : options_(std::move(options)), on_(std::move(dependencies)) {}

  v1::DiagnoseResponse Run() const;

  // Removes deleted bytes from the files of both databases, and says in words what their
  // administrator has to do still. ABORTED, reason VACUUM_RUNS.
  absl::StatusOr<std::vector<std::string>> Vacuum() const;

 private:
  const Options options_;
  const Dependencies on_;
  mutable std::atomic<bool> vacuums_ = false;
};

}  // namespace clusterwire::notification
