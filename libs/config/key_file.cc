#include "libs/config/key_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <sys/stat.h>

#include "libs/base/files/file.h"
#include "libs/base/files/private_file.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::config {
namespace {

constexpr size_t kMostKeyBytes = 1 << 16;
constexpr size_t kMostFileBytes = 1 << 20;

absl::Status Refuse(const std::string& path, const std::string& trouble) {
  return Error(absl::StatusCode::kFailedPrecondition, "KEY_FILE", absl::StrCat(path, ": ", trouble),
               {{"file", path}});
}

std::string Trouble(const char* doing) { return absl::StrCat(doing, ": ", strerror(errno)); }

// A key that everybody could know: one of an example file, or hardly more than one letter.
absl::Status CheckSecret(const std::string& path, std::string_view key) {
  if (key.size() < kLeastKeyBytes) {
    return Refuse(path, absl::StrCat("holds ", key.size(), " bytes, at least ", kLeastKeyBytes,
                                     " are needed; delete it to get a new one"));
  }
  constexpr size_t kLeastDifferentBytes = 8;
  const std::string lower = absl::AsciiStrToLower(ToAbsl(key));
  for (const char* word : {"replace", "change-me", "changeme", "placeholder", "example"}) {
    if (absl::StrContains(lower, word)) {
      return Refuse(path, "holds the placeholder of an example; put random bytes there");
    }
  }
  if (std::set<char>(key.begin(), key.end()).size() < kLeastDifferentBytes) {
    return Refuse(path, "holds hardly any different bytes; put random ones there");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadOwn(const std::string& path, size_t most) {
  auto text =
      ReadFile(path, most, [&path](const struct stat& found) { return CheckPrivate(path, found); });
  if (text.ok() || !ReasonOf(text.status()).empty()) return text;
  return Error(absl::StatusCode::kFailedPrecondition, "KEY_FILE",
               std::string(text.status().message()), {{"file", path}});
}

absl::StatusOr<std::string> Read(const std::string& path) {
  ASSIGN_OR_RETURN(std::string key, ReadOwn(path, kMostKeyBytes));
  RETURN_IF_ERROR(CheckSecret(path, key));
  return key;
}

// For this user alone; those above it as usual.
void MakeFolder(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (folder.has_parent_path()) {
    std::filesystem::create_directories(folder.parent_path(), ignored);
  }
  if (!folder.empty()) mkdir(folder.c_str(), S_IRWXU);
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

absl::Status CheckKey(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored) ? Read(path).status() : absl::OkStatus();
}

absl::StatusOr<std::string> ReadSecret(const std::string& path) {
  return ReadOwn(path, kMostFileBytes);
}

absl::StatusOr<std::string> LoadOrMakeKey(const std::string& path, Random& random) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return Read(path);
  if (std::filesystem::path(path).filename().empty()) {
    return Refuse(path, "is a folder; name a file in it");
  }
  MakeFolder(std::filesystem::path(path).parent_path());

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
