#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/import.pb.h"

#include "libs/store/store.h"
#include "services/catalogue/common/resource.h"
#include "services/catalogue/import/registers/register.h"

namespace clusterwire::catalogue::registers {

// One import: lines in, a report for each out, in the same order. Every kBatch lines are one write;
// a line that is refused leaves nothing and stops nothing. Killed between two writes, the import is
// simply run again: what is known already changes nothing.
//
// A line that names something further down (an event its parent) waits for it, and so do the
// reports behind it. With validate_only nothing is kept, so a line can only name what was there
// before or stands in the same kBatch lines.
//
// Used by one thread at a time. `store` outlives it. Add() and End() write, so they block.
class Session {
 public:
  static constexpr size_t kBatch = 100;          // lines a write
  static constexpr size_t kMaxWaiting = 500;     // lines that wait for one further down
  static constexpr int64_t kMaxLines = 200'000;  // of one import
  static constexpr int kMaxNotes = 20;           // of one report; the last one counts the others
  static constexpr size_t kMaxNoteBytes = 500;   // of one note; the rest of it is cut off

  // PERMISSION_DENIED for anybody but operators.
  static absl::Status CheckMayImport(const filter::Viewer& viewer);
  // As CheckMayImport(); INVALID_ARGUMENT for a wrong `start`. Whether the
  // changes are quiet and whether they are kept is taken from `start`.
  static absl::StatusOr<std::unique_ptr<Session>> Open(store::Store& store, WriteCall call,
                                                       const v1::ImportStart& start);

  // An error ends the import: the database is away, or there are too many lines. What was reported
  // before holds.
  absl::Status Add(const v1::ImportLine& line);
  // No line follows: writes the rest.
  absl::Status End();

  // The next report, in the order of the lines; none when it isn't known yet.
  std::optional<v1::ImportResponse> NextReport();

 private:
  struct Line {
    v1::ImportLine line;
    std::optional<v1::ImportResponse> report;
  };
  using Lines = std::vector<Line*>;

  Session(store::Store& store, store::WriteOptions call, ImportRecord import_record,
          std::string read_date)
      : store_(store),
        call_(std::move(call)),
        import_record_(import_record),
        read_date_(std::move(read_date)) {}

  // Writes `lines` as one revision, and reports them; those that wait come back.
  absl::StatusOr<Lines> Write(const Lines& lines, bool last);
  absl::Status WritePending(bool last);
  // Where the write of all of them failed for what one of them holds.
  absl::Status WriteSingly(const Lines& lines);
  // The body of a write.
  absl::Status ImportLines(store::Writer& writer, const Lines& lines,
                           std::vector<v1::ImportResponse>* results, LineNumbers* written);
  static void Report(Line& line, v1::ImportResponse result);

  store::Store& store_;
  const store::WriteOptions call_;
  const ImportRecord import_record_;
  const std::string read_date_;
  std::deque<Line> lines_;  // not reported yet; pointers into it stay valid while it shrinks
  Lines pending_;           // to be written, the waiting ones first
  LineNumbers written_;     // by what they are about
  RegionNames regions_;
  int64_t count_ = 0;
};

}  // namespace clusterwire::catalogue::registers
