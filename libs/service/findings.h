#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_field.h"

#include "clusterwire/type/v1/finding.pb.h"

#include "libs/base/clock.h"
#include "libs/kafka/admin.h"
#include "libs/kafka/client.h"
#include "libs/service/periodic.h"

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

// Writes what is wrong into the log once it changes, so that whoever reads only the log hears of
// it. Looks every minute, in a thread of its own.
class WatchFindings {
 public:
  // What `look` uses and `clock` outlive it.
  WatchFindings(std::function<Findings()> look, Clock& clock);

 private:
  void Look();

  const std::function<Findings()> look_;
  std::string last_;   // the thread's own
  Periodic periodic_;  // last: its thread uses everything above
};

}  // namespace clusterwire::service
