#include "libs/config/key_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include <sys/stat.h>

#include "libs/base/status/error.h"

namespace clusterwire::config {
namespace {

absl::Status Refuse(const std::string& path, const std::string& trouble) {
  return Error(absl::StatusCode::kFailedPrecondition, "KEY_FILE", absl::StrCat(path, ": ", trouble),
               {{"file", path}});
}

std::string Trouble(const char* doing) { return absl::StrCat(doing, ": ", strerror(errno)); }

absl::StatusOr<std::string> Read(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) return Refuse(path, Trouble("can't be read"));
  if (size < kLeastKeyBytes) {
    return Refuse(path, absl::StrCat("holds ", size, " bytes, at least ", kLeastKeyBytes,
                                     " are needed; delete it to get a new one"));
  }
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

// What went wrong, if anything.
std::optional<std::string> Write(const std::string& path, const std::string& key) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return Trouble("can't be made");
  const bool written =
      write(file, key.data(), key.size()) == static_cast<ssize_t>(key.size()) && fsync(file) == 0;
  const std::string trouble = Trouble("can't be written");
  close(file);
  if (written) return std::nullopt;
  return trouble;
}

}  // namespace

absl::StatusOr<std::string> LoadOrMakeKey(const std::string& path, Random& random) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return Read(path);
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, ignored);

  // Made under another name and linked, so that no process reads half a key and the first one wins.
  const std::string draft = absl::StrCat(path, ".", RandomId(random));
  std::optional<std::string> trouble = Write(draft, RandomBytes(random, kLeastKeyBytes));
  if (!trouble && link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    trouble = Trouble("can't be made");
  }
  unlink(draft.c_str());
  if (trouble) return Refuse(path, *trouble);
  return Read(path);
}

}  // namespace clusterwire::config
