#include "services/catalogue/import/client/summary.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace clusterwire::catalogue::import_client {

using Report = v1::ImportResponse;

void Summary::StartFile(std::string name) { rows_.push_back({.name = std::move(name)}); }

void Summary::Add(const Report& report) {
  ++rows_.back().counts.at(static_cast<size_t>(report.outcome()));
  for (const std::string& note : report.notes()) {
    const bool refused = report.outcome() == Report::OUTCOME_REFUSED;
    notes_.push_back(absl::StrCat(rows_.back().name, " line ", report.number(),
                                  refused ? " refused: " : ": ", note));
  }
}

void Summary::Print(std::ostream& out) const {
  for (const std::string& note : notes_) out << note << '\n';
  if (!notes_.empty()) out << '\n';
  out << absl::StrFormat("%-22s %9s %9s %9s %9s\n", "file", "created", "updated", "unchanged",
                         "refused");
  for (const Row& row : rows_) {
    out << absl::StrFormat("%-22s %9d %9d %9d %9d\n", row.name, row.counts[Report::OUTCOME_CREATED],
                           row.counts[Report::OUTCOME_UPDATED],
                           row.counts[Report::OUTCOME_UNCHANGED],
                           row.counts[Report::OUTCOME_REFUSED]);
  }
}

bool Summary::any_refused() const {
  return std::any_of(rows_.begin(), rows_.end(),
                     [](const Row& row) { return row.counts[Report::OUTCOME_REFUSED] > 0; });
}

}  // namespace clusterwire::catalogue::import_client
