#pragma once

#include <cstddef>
#include <ostream>
#include <string>

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

}  // namespace clusterwire::catalogue::import_client
