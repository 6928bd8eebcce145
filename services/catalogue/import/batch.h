#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "clusterwire/catalogue/v1/import.pb.h"

#include "libs/store/reader.h"

namespace clusterwire::catalogue::registers {

using Outcome = v1::ImportResponse::Outcome;

// What became of one line inside a write.
struct Taken {
  Outcome outcome = v1::ImportResponse::OUTCOME_UNCHANGED;
  std::string name = "";
  std::vector<std::string> notes = {};
  std::vector<std::string> more_names = {};
  // Not taken yet: it names something that may stand further down. `notes` say what.
  bool waits = false;
};

// Which line has said something of which resource.
using Claims = std::map<std::string, int64_t, std::less<>>;

// The lines that are one write. Lives as long as one run of its body.
class Batch {
 public:
  Batch(store::Writer& writer, const Claims& earlier) : writer_(writer), earlier_(earlier) {}

  store::Writer& writer() { return writer_; }
  void set_line(int64_t number) { line_ = number; }

  // INVALID_ARGUMENT when another line of this import is about the same resource already: two
  // records of one thing would undo each other with every import.
  absl::Status Claim(const std::string& name);
  const Claims& claims() const { return claims_; }

 private:
  store::Writer& writer_;
  const Claims& earlier_;
  Claims claims_;
  int64_t line_ = 0;
};

}  // namespace clusterwire::catalogue::registers
