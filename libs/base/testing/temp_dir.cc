#include "libs/base/testing/temp_dir.h"

#include <stdlib.h>

#include <filesystem>

namespace clusterwire {

TempDir::TempDir() {
  std::string pattern = std::filesystem::temp_directory_path() / "clusterwire-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) std::abort();
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace clusterwire
