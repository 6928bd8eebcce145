#pragma once

#include <array>
#include <ostream>
#include <string>
#include <vector>

#include "clusterwire/catalogue/v1/import.pb.h"

namespace clusterwire::catalogue::import_client {

// What became of the lines of all files.
class Summary {
 public:
  void StartFile(std::string name);
  // Of the file that was started last.
  void Add(const v1::ImportResponse& report);

  // The lines with something to say, and a table with a row a file.
  void Print(std::ostream& out) const;
  bool any_refused() const;

 private:
  struct Row {
    std::string name;
    std::array<int, v1::ImportResponse::Outcome_ARRAYSIZE> counts = {};
  };

  std::vector<Row> rows_;
  std::vector<std::string> notes_;
};

}  // namespace clusterwire::catalogue::import_client
