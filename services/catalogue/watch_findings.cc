#include "services/catalogue/watch_findings.h"

#include "absl/strings/str_cat.h"

#include "libs/telemetry/log.h"

namespace clusterwire::catalogue {

WatchFindings::WatchFindings(const Diagnosis& diagnosis, Clock& clock)
    : diagnosis_(diagnosis), periodic_(clock, kPause, [this] { Look(); }) {}

void WatchFindings::Look() {
  const v1::DiagnoseResponse diagnosis = diagnosis_.Diagnose();
  std::string findings;
  for (const v1::Finding& finding : diagnosis.findings()) {
    if (finding.severity() == v1::Finding::SEVERITY_OK) continue;
    absl::StrAppend(&findings, findings.empty() ? "" : "; ", finding.part(), ": ",
                    finding.finding());
  }
  if (findings == last_) return;
  last_ = findings;
  if (findings.empty()) {
    telemetry::LogInfo("all parts are as they should be");
  } else {
    telemetry::LogWarning("something needs attention", {{"findings", findings}});
  }
}

}  // namespace clusterwire::catalogue
