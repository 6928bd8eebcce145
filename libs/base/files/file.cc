#include "libs/base/files/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include <sys/stat.h>

#include "libs/base/status/error.h"

namespace clusterwire {
namespace {

absl::Status Refuse(const std::string& path, const std::string& trouble) {
  return absl::FailedPreconditionError(absl::StrCat(path, " ", trouble));
}

absl::Status Unreadable(const std::string& path) {
  return Refuse(path, absl::StrCat("can't be read: ", strerror(errno)));
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit) {
  return ReadFile(path, limit, [](const struct stat&) { return absl::OkStatus(); });
}

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit,
                                     const CheckFile& check) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return Unreadable(path);
  const absl::Cleanup close_file = [file] { close(file); };
  struct stat found = {};
  if (fstat(file, &found) != 0) return Unreadable(path);
  if (S_ISDIR(found.st_mode)) return Refuse(path, "is a folder; name a file in it");
  if (!S_ISREG(found.st_mode)) return Refuse(path, "is no file");
  RETURN_IF_ERROR(check(found));
  std::string text(limit + 1, '\0');
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t more = read(file, text.data() + size, text.size() - size);
    if (more < 0) return Unreadable(path);
    if (more == 0) break;
    size += static_cast<size_t>(more);
  }
  if (size > limit) return Refuse(path, absl::StrCat("has more than ", limit, " bytes"));
  text.resize(size);
  return text;
}

}  // namespace clusterwire
