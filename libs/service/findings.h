#pragma once

#include <atomic>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_field.h"

#include "clusterwire/type/v1/finding.pb.h"

#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/kafka/admin.h"
#include "libs/kafka/client.h"

// What Diagnose of either service is made of.
namespace clusterwire::service {

using type::v1::Finding;
using Findings = google::protobuf::RepeatedPtrField<Finding>;

Finding Found(std::string_view part, Finding::Severity severity, std::string finding,
              std::string_view remedy);
Finding Fine(std::string_view part, std::string finding);
// An error, in the words of `status`.
Finding Broken(std::string_view part, const absl::Status& status, std::string_view remedy);

// Those that need attention first.
void SortFindings(Findings* findings);

// Looks at "kafka" and "topic"; `judge` words a topic that is there.
// Asks the broker, for `patience` at most each time.
void LookAtKafka(const kafka::ClientOptions& client, const std::string& topic,
                 absl::Duration patience,
                 const std::function<Finding(const kafka::TopicDescription&)>& judge,
                 Findings* findings);

// Writes what is wrong into the log once it changes, so that a reader of the log alone learns of
// it; other words for the same at most once a minute. Looks every minute, in a thread of its own;
// every second until it settled.
class WatchFindings {
 public:
  // `needed` are the parts that a service must have found once before it says that it is ready.
  // What `look` uses and `clock` outlive it.
  WatchFindings(std::function<Findings()> look, std::set<std::string> needed, Clock& clock);

  // Whether one look since the start found no error in what is needed. So a wrong broker or topic
  // keeps a new process from being ready, and one that goes away later takes nothing from it.
  bool settled() const { return settled_; }

 private:
  void Look();
  void Log(const Findings& findings);

  const std::function<Findings()> look_;
  const std::set<std::string> needed_;
  Clock& clock_;
  std::atomic<bool> settled_ = false;
  absl::Duration next_look_ = -absl::InfiniteDuration();  // uptimes; the thread's own, and so is:
  absl::Duration next_log_ = -absl::InfiniteDuration();
  std::string wrong_;
  std::string words_;
  Worker worker_;  // last: its thread uses everything above
};

}  // namespace clusterwire::service
