#include "services/catalogue/import/client/report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace clusterwire::catalogue::import_client {
namespace {

constexpr size_t kWidth = 30;

}  // namespace

void Progress::Set(size_t done) {
  done_ = done;
  const size_t percent = total_ == 0 ? 100 : 100 * done / total_;
  if (!terminal_ || percent == drawn_percent_) return;
  drawn_percent_ = percent;
  std::string bar(kWidth * percent / 100, '#');
  bar.resize(kWidth, '.');
  out_ << absl::StrFormat("\r%-22s [%s] %d of %d", name_, bar, done_, total_) << std::flush;
}

void Progress::End() {
  if (terminal_) {
    Set(done_);
    out_ << '\n';
  } else {
    out_ << absl::StrFormat("%s: %d of %d lines\n", name_, done_, total_);
  }
  out_ << std::flush;
}

void Summary::Add(const v1::ImportResponse& report) {
  ++rows_.back().counts.at(static_cast<size_t>(report.outcome()));
  const bool refused = report.outcome() == v1::ImportResponse::OUTCOME_REFUSED;
  any_refused_ |= refused;
  for (const std::string& note : report.notes()) {
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
    out << absl::StrFormat("%-22s %9d %9d %9d %9d\n", row.name,
                           row.counts[v1::ImportResponse::OUTCOME_CREATED],
                           row.counts[v1::ImportResponse::OUTCOME_UPDATED],
                           row.counts[v1::ImportResponse::OUTCOME_UNCHANGED],
                           row.counts[v1::ImportResponse::OUTCOME_REFUSED]);
  }
}

}  // namespace clusterwire::catalogue::import_client
