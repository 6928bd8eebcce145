#pragma once

#include <array>
#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include "clusterwire/catalogue/v1/import.pb.h"

namespace clusterwire::catalogue::import_client {

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
  void StartFile(std::string name) { rows_.push_back({.name = std::move(name)}); }
  // Of the file that was started last.
  void Add(const v1::ImportResponse& report);

  // The lines with something to say, and a table with a row a file.
  void Print(std::ostream& out) const;
  bool any_refused() const { return any_refused_; }

 private:
  struct Row {
    std::string name;
    std::array<int, v1::ImportResponse::Outcome_ARRAYSIZE> counts = {};
  };

  std::vector<Row> rows_;
  std::vector<std::string> notes_;
  bool any_refused_ = false;
};

}  // namespace clusterwire::catalogue::import_client
