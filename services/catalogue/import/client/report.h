#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "clusterwire/catalogue/v1/import.pb.h"

namespace clusterwire::catalogue::import_client {

// `text` with what a terminal might obey or hide written as \u{85} or \x{E9}: control characters,
// line ends, marks of direction, invisible characters, and bytes that are no UTF-8. All that is
// printed passes here, since data is in it.
std::string Escaped(std::string_view text);

// How far a file is: a bar that is drawn again and again on a terminal, one line at the end
// anywhere else.
class Progress {
 public:
  Progress(std::ostream& out, bool terminal, std::string name, size_t total)
      : out_(out), terminal_(terminal), name_(std::move(name)), total_(total) {}

  void Set(size_t done);
  void End();

 private:
  std::ostream& out_;
  const bool terminal_;
  const std::string name_;
  const size_t total_;
  size_t done_ = 0;
  size_t drawn_percent_ = 101;  // none yet
};

// What became of the lines of all files.
class Summary {
 public:
  static constexpr size_t kMaxNotes = 1000;  // of one file; beyond that they are counted

  void StartFile(std::string name) { rows_.push_back({.name = std::move(name)}); }
  // Of the file that was started last.
  void Add(const v1::ImportResponse& report);
  void AddRefused(int64_t number, const std::string& why);

  // The lines with something to say, in their order, a table with a row a file, and what the
  // import makes of what is new, which `fate` says.
  void Print(std::ostream& out, std::string_view fate = "") const;
  bool any_refused() const { return any_refused_; }

 private:
  struct Row {
    std::string name;
    std::array<int, v1::ImportResponse::Outcome_ARRAYSIZE> counts = {};
    std::multimap<int64_t, std::string> notes = {};  // by the number of the line
    size_t more_notes = 0;
  };

  std::vector<Row> rows_;
  bool any_refused_ = false;
};

}  // namespace clusterwire::catalogue::import_client
