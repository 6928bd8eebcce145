#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/catalogue/v1/operations.pb.h"

#include "libs/base/time/clock.h"
#include "libs/kafka/client.h"
#include "libs/search/index.h"
#include "libs/service/findings.h"
#include "libs/sql/database.h"
#include "libs/store/log/tailer.h"
#include "libs/store/store.h"
#include "services/catalogue/changes/relay.h"
#include "services/catalogue/erasures/erasure_log.h"
#include "services/catalogue/timers/timer_runner.h"

namespace clusterwire::catalogue {

// Looks at every part that the catalogue depends on and words what it finds for the person who was
// woken up. Safe for use from any thread; asks Kafka, so it may take seconds.
class Diagnosis {
 public:
  // What is looked at; all of it outlives the diagnosis.
  struct Dependencies {
    sql::Database& database;
    store::Store& store;
    const search::Index& index;
    const store::Tailer& applier;
    const TimerRunner& timers;
    Relay& relay;
    const ErasureLog& erasures;
    Clock& clock;
    kafka::ClientOptions kafka;
    std::string topic;
    absl::Duration retention;                             // what the topic should keep at least
    std::string grants_topic = "";                        // empty: grants don't travel
    std::function<service::Findings()> server = nullptr;  // Server::OwnFindings()
  };

  explicit Diagnosis(Dependencies dependencies) : on_(std::move(dependencies)) {}

  v1::DiagnoseResponse Diagnose() const;

  // Begins a new history when the store is still in `seen`; else FAILED_PRECONDITION.
  absl::StatusOr<std::string> StartNewHistory(const std::string& seen);
  // See operations.proto.
  absl::StatusOr<v1::RewindResponse> Rewind(const v1::RewindRequest& request);
  // What is left for the database's administrator. One at a time; else ABORTED.
  absl::StatusOr<std::vector<std::string>> Vacuum();
  // Gives how many there were.
  absl::StatusOr<int64_t> AcknowledgeGaps(int64_t through);

 private:
  // Where a rewind goes, whether or not anything is to be sent again.
  absl::StatusOr<store::Position> RewoundTo(const v1::RewindRequest& request,
                                            store::Position sent) const;
  service::Finding LookAtDatabase(v1::DiagnoseResponse* response) const;
  service::Finding LookAtTopic(const kafka::TopicDescription& topic) const;
  service::Finding LookAtGrants() const;
  service::Finding LookAtRelay(v1::DiagnoseResponse* response) const;
  service::Finding LookAtGaps() const;
  service::Finding LookAtSearch(int64_t revision) const;
  service::Finding LookAtTimers() const;
  service::Finding LookAtErasures() const;

  const Dependencies on_;
  std::atomic<bool> vacuums_ = false;
};

}  // namespace clusterwire::catalogue
