#pragma once

#include <string>

#include "libs/base/clock.h"
#include "libs/service/periodic.h"
#include "services/catalogue/operations/diagnosis.h"

namespace clusterwire::catalogue {

// Writes what Diagnose finds wrong into the log once it changes, so that whoever reads only the log
// hears of it. In a thread of its own.
class WatchFindings {
 public:
  // The arguments by reference outlive it.
  WatchFindings(const Diagnosis& diagnosis, Clock& clock);

 private:
  static constexpr absl::Duration kPause = absl::Minutes(1);

  void Look();

  const Diagnosis& diagnosis_;
  std::string last_;            // the thread's own
  service::Periodic periodic_;  // last: its thread uses everything above
};

}  // namespace clusterwire::catalogue
