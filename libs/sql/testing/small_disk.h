#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "libs/base/testing/temp_dir.h"

namespace clusterwire::sql {

// A file system of its own with little room, in memory, for tests of what a full disk does.
// Mounting takes root, and more than root inside some containers. Its folder belongs to whom
// TemporaryPostgres runs as.
class SmallDisk {
 public:
  // Null where mounting isn't allowed: the test skips.
  static std::unique_ptr<SmallDisk> Mount(int64_t bytes);
  ~SmallDisk();

  const std::string& path() const { return path_; }
  // Takes all the room that is left.
  void Fill() const;
  // Gives back what Fill() took.
  void Free() const;

 private:
  SmallDisk();

  const TempDir dir_;
  const std::string path_;
};

}  // namespace clusterwire::sql
