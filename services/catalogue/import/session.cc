#include "services/catalogue/import/session.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "services/catalogue/common/fields/checks.h"

namespace clusterwire::catalogue::registers {
namespace {

// Whether a write failed for what it would have stored, and not because of the database: then each
// of its lines is written alone, to find the one that can't be.
bool IsAboutContent(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status) ||
         absl::IsOutOfRange(status);
}

// INVALID_ARGUMENT for a kind that is none.
absl::StatusOr<ImportRecord> RegisterOf(v1::ImportStart::Kind kind) {
  static constexpr std::pair<v1::ImportStart::Kind, ImportRecord> kRegisters[] = {
      {v1::ImportStart::KIND_CLUSTERS, &ImportCluster},
      {v1::ImportStart::KIND_LABELS, &ImportLabel},
      {v1::ImportStart::KIND_PROGRAMMES, &ImportProgramme},
      {v1::ImportStart::KIND_EVENTS, &ImportEvent},
      {v1::ImportStart::KIND_TAXONOMIES, &ImportTaxonomy}};
  for (const auto& [known, import_record] : kRegisters) {
    if (known == kind) return import_record;
  }
  return FieldError("start.kind", absl::StrCat("is required: ", WordsOf<v1::ImportStart::Kind>(),
                                               ", written KIND_…"));
}

bool Waits(const v1::ImportResponse& result) {
  return result.outcome() == v1::ImportResponse::OUTCOME_UNSPECIFIED;
}

// One note a field.
v1::ImportResponse Refused(const absl::Status& status) {
  v1::ImportResponse result;
  result.set_outcome(v1::ImportResponse::OUTCOME_REFUSED);
  const google::rpc::BadRequest bad_request = BadRequestOf(status);
  for (const auto& violation : bad_request.field_violations()) {
    result.add_notes(absl::StrCat(violation.field(), ": ", violation.description()));
  }
  if (result.notes().empty()) result.add_notes(std::string(status.message()));
  return result;
}

// However much is wrong with a line, its report is one that every client takes.
void Shorten(google::protobuf::RepeatedPtrField<std::string>& notes) {
  constexpr std::string_view kDots = "…";
  const int beyond = notes.size() - Session::kMaxNotes;
  if (beyond > 0) {
    notes.DeleteSubrange(Session::kMaxNotes - 1, beyond + 1);
    notes.Add(absl::StrCat("… and ", beyond + 1, " more"));
  }
  for (std::string& note : notes) {
    if (note.size() <= Session::kMaxNoteBytes) continue;
    note =
        absl::StrCat(ToAbsl(CutUtf8(note, Session::kMaxNoteBytes - kDots.size())), ToAbsl(kDots));
  }
}

}  // namespace

absl::Status Session::CheckMayImport(const filter::Viewer& viewer) {
  if (viewer.operator_) return absl::OkStatus();
  return Error(absl::StatusCode::kPermissionDenied, "NOT_YOURS", "only operators may import");
}

absl::StatusOr<std::unique_ptr<Session>> Session::Open(store::Store& store, WriteCall call,
                                                       const v1::ImportStart& start) {
  RETURN_IF_ERROR(CheckMayImport(call.viewer));
  FieldErrors errors;
  CheckDate("start.read_date", start.read_date(), errors);
  const absl::StatusOr<ImportRecord> import_record = RegisterOf(start.kind());
  errors.AddAll("", import_record.status());
  RETURN_IF_ERROR(errors.ToStatus());
  call.store.request_id.clear();
  call.store.validate_only = start.validate_only();
  call.store.quiet = !start.notify();
  return std::unique_ptr<Session>(
      new Session(store, std::move(call.store), *import_record, start.read_date()));
}

absl::Status Session::Add(const v1::ImportLine& line) {
  if (++count_ > kMaxLines) {
    return Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_LINES",
                 absl::StrCat("an import has at most ", kMaxLines, " lines; split the file"));
  }
  Line& added = lines_.emplace_back(Line{line, std::nullopt});
  if (line.number() == 0) added.line.set_number(count_);
  pending_.push_back(&added);
  const bool full = pending_.size() % kBatch == 0;
  return full ? WritePending(/*last=*/false) : absl::OkStatus();
}

absl::Status Session::End() { return WritePending(/*last=*/true); }

std::optional<v1::ImportResponse> Session::NextReport() {
  if (lines_.empty() || !lines_.front().report) return std::nullopt;
  v1::ImportResponse report = *std::move(lines_.front().report);
  lines_.pop_front();
  return report;
}

absl::Status Session::WritePending(bool last) {
  const Lines lines = std::exchange(pending_, {});
  if (lines.empty()) return absl::OkStatus();
  absl::StatusOr<Lines> waiting = Write(lines, last);
  if (waiting.ok()) {
    pending_ = *std::move(waiting);
    return absl::OkStatus();
  }
  if (!IsAboutContent(waiting.status())) return std::move(waiting).status();
  RETURN_IF_ERROR(WriteSingly(lines));
  // Those that still wait fail no write, so this ends.
  return last ? WritePending(last) : absl::OkStatus();
}

absl::Status Session::WriteSingly(const Lines& lines) {
  for (Line* line : lines) {
    absl::StatusOr<Lines> alone = Write({line}, /*last=*/false);
    if (alone.ok()) {
      pending_.insert(pending_.end(), alone->begin(), alone->end());
    } else if (IsAboutContent(alone.status())) {
      Report(*line, Refused(alone.status()));
    } else {
      return std::move(alone).status();
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Session::Lines> Session::Write(const Lines& lines, bool last) {
  std::vector<v1::ImportResponse> results;
  LineNumbers numbers;
  ASSIGN_OR_RETURN(const store::Written written, store_.Write(call_, [&](store::Writer& writer) {
    return ImportLines(writer, lines, &results, &numbers);
  }));
  written_.merge(numbers);
  Lines waiting;
  for (size_t i = 0; i < lines.size(); ++i) {
    v1::ImportResponse& result = results[i];
    if (Waits(result) && !last && waiting.size() < kMaxWaiting) {
      waiting.push_back(lines[i]);
      continue;
    }
    if (Waits(result)) result.set_outcome(v1::ImportResponse::OUTCOME_REFUSED);
    const bool changed = result.outcome() == v1::ImportResponse::OUTCOME_CREATED ||
                         result.outcome() == v1::ImportResponse::OUTCOME_UPDATED;
    if (changed && !call_.validate_only) result.set_revision(written.revision.value);
    Report(*lines[i], std::move(result));
  }
  return waiting;
}

absl::Status Session::ImportLines(store::Writer& writer, const Lines& lines,
                                  std::vector<v1::ImportResponse>* results, LineNumbers* written) {
  results->assign(lines.size(), {});
  Batch batch(writer, read_date_, written_, regions_);
  // Again while one of those that wait was imported: a parent may stand below its child.
  for (bool again = true; again;) {
    again = false;
    for (size_t i = 0; i < lines.size(); ++i) {
      v1::ImportResponse& result = (*results)[i];
      if (!Waits(result)) continue;
      batch.set_line(lines[i]->line.number());
      absl::StatusOr<v1::ImportResponse> imported = import_record_(batch, lines[i]->line.json());
      if (!imported.ok() && !absl::IsInvalidArgument(imported.status())) {
        return std::move(imported).status();
      }
      result = imported.ok() ? *std::move(imported) : Refused(imported.status());
      again |= !Waits(result);
    }
  }
  *written = batch.lines();
  return absl::OkStatus();
}

void Session::Report(Line& line, v1::ImportResponse result) {
  result.set_number(line.line.number());
  Shorten(*result.mutable_notes());
  line.report = std::move(result);
  line.line.clear_json();
}

}  // namespace clusterwire::catalogue::registers
