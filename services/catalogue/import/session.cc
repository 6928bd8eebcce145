#include "services/catalogue/import/session.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/status/status_macros.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/import/notes.h"

namespace clusterwire::catalogue::registers {
namespace {

// Whether a write failed for what it would have stored, and not because of the database: then each
// of its lines is written alone, to find the one that can't be.
bool IsAboutContent(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status) ||
         absl::IsOutOfRange(status);
}

Taken Refused(const absl::Status& status) {
  return {.outcome = v1::ImportResponse::OUTCOME_REFUSED, .notes = NotesOf(status)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Session>> Session::Open(store::Store& store, WriteCall call,
                                                       const v1::ImportStart& start) {
  if (!call.viewer.operator_) {
    return Error(absl::StatusCode::kPermissionDenied, "NOT_YOURS", "only operators may import");
  }
  FieldErrors errors;
  CheckDate("start.read_date", start.read_date(), errors);
  auto lines = MakeRegister(start.kind(), start.read_date());
  errors.AddAll("", lines.status());
  RETURN_IF_ERROR(errors.ToStatus());
  call.store.request_id.clear();
  call.store.validate_only = start.validate_only();
  call.store.quiet = !start.notify();
  return std::unique_ptr<Session>(new Session(store, std::move(call.store), *std::move(lines)));
}

absl::Status Session::Add(const v1::ImportLine& line) {
  if (++lines_ > kMaxLines) {
    return Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_LINES",
                 absl::StrCat("an import has at most ", kMaxLines, " lines; split the file"));
  }
  Slot& slot = slots_.emplace_back(Slot{line, std::nullopt});
  if (line.number() == 0) slot.line.set_number(lines_);
  pending_.push_back(&slot);
  const bool full = pending_.size() % kBatch == 0;
  return full ? WritePending(/*last=*/false) : absl::OkStatus();
}

absl::Status Session::End() { return WritePending(/*last=*/true); }

std::optional<v1::ImportResponse> Session::NextReport() {
  if (slots_.empty() || !slots_.front().report) return std::nullopt;
  v1::ImportResponse report = *std::move(slots_.front().report);
  slots_.pop_front();
  return report;
}

absl::Status Session::WritePending(bool last) {
  const Slots slots = std::exchange(pending_, {});
  if (slots.empty()) return absl::OkStatus();
  absl::StatusOr<Slots> waiting = Write(slots, last);
  if (waiting.ok()) {
    pending_ = *std::move(waiting);
    return absl::OkStatus();
  }
  if (!IsAboutContent(waiting.status())) return std::move(waiting).status();
  RETURN_IF_ERROR(WriteSingly(slots));
  // Those that still wait fail no write, so this ends.
  return last ? WritePending(last) : absl::OkStatus();
}

absl::Status Session::WriteSingly(const Slots& slots) {
  for (Slot* slot : slots) {
    absl::StatusOr<Slots> alone = Write({slot}, /*last=*/false);
    if (alone.ok()) {
      pending_.insert(pending_.end(), alone->begin(), alone->end());
    } else if (IsAboutContent(alone.status())) {
      Report(*slot, Refused(alone.status()), 0);
    } else {
      return std::move(alone).status();
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Session::Slots> Session::Write(const Slots& slots, bool last) {
  std::vector<Taken> taken;
  Claims claims;
  ASSIGN_OR_RETURN(const store::Written written, store_.Write(call_, [&](store::Writer& writer) {
    return RunBody(writer, slots, &taken, &claims);
  }));
  claims_.merge(claims);
  Slots waiting;
  for (size_t i = 0; i < slots.size(); ++i) {
    if (taken[i].waits && !last && waiting.size() < kMaxWaiting) {
      waiting.push_back(slots[i]);
      continue;
    }
    if (taken[i].waits) taken[i].outcome = v1::ImportResponse::OUTCOME_REFUSED;
    const bool changed = taken[i].outcome == v1::ImportResponse::OUTCOME_CREATED ||
                         taken[i].outcome == v1::ImportResponse::OUTCOME_UPDATED;
    Report(*slots[i], std::move(taken[i]),
           changed && !call_.validate_only ? written.revision.value : 0);
  }
  return waiting;
}

absl::Status Session::RunBody(store::Writer& writer, const Slots& slots, std::vector<Taken>* taken,
                              Claims* claims) {
  taken->assign(slots.size(), Taken{.waits = true});
  RETURN_IF_ERROR(register_->Begin(writer));
  Batch batch(writer, claims_);
  // Again while somebody got further: a parent may stand below its child.
  for (bool further = true; further;) {
    further = false;
    for (size_t i = 0; i < slots.size(); ++i) {
      if (!(*taken)[i].waits) continue;
      batch.set_line(slots[i]->line.number());
      absl::StatusOr<Taken> now = register_->Take(batch, slots[i]->line.json());
      if (!now.ok() && !absl::IsInvalidArgument(now.status())) return std::move(now).status();
      (*taken)[i] = now.ok() ? *std::move(now) : Refused(now.status());
      further |= !(*taken)[i].waits;
    }
  }
  *claims = batch.claims();
  return absl::OkStatus();
}

void Session::Report(Slot& slot, Taken taken, int64_t revision) {
  v1::ImportResponse& report = slot.report.emplace();
  report.set_number(slot.line.number());
  report.set_outcome(taken.outcome);
  report.set_name(std::move(taken.name));
  for (std::string& note : taken.notes) report.add_notes(std::move(note));
  for (std::string& name : taken.more_names) report.add_more_names(std::move(name));
  report.set_revision(revision);
  slot.line.clear_json();
}

}  // namespace clusterwire::catalogue::registers
