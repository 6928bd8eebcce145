#include "libs/sql/sqlite/sqlite_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include <sys/file.h>
#include <sys/stat.h>

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/threads/mutex.h"
#include "libs/sql/pool.h"
#include "libs/telemetry/log.h"

namespace clusterwire::sql {
namespace {

constexpr mode_t kOwnerAlone = S_IRUSR | S_IWUSR;
constexpr mode_t kOthers = S_IRWXG | S_IRWXO;

// One name for a file, however it is spelled.
std::string RealPath(const std::string& path) {
  std::error_code error;
  const auto real = std::filesystem::weakly_canonical(path, error);
  return error ? path : real.string();
}

absl::Status Unusable(const std::string& path, const char* doing, int error) {
  const std::string text = absl::StrCat(path, " can't be ", doing, ": ", strerror(error));
  if (error == ENOSPC || error == EDQUOT) return DatabaseFull(path, text);
  return Error(absl::StatusCode::kUnavailable, "DATABASE_FILE", text, {{"file", path}});
}

// Takes the rights of all but the owner away.
void MakePrivate(const std::string& path) {
  struct stat found = {};
  if (stat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return;
  if ((found.st_mode & kOthers) == 0) return;
  if (chmod(path.c_str(), found.st_mode & ~kOthers & 07777) == 0) {
    telemetry::LogWarning("others could read a database's file; they can't any more",
                          {{"file", path}});
  } else {
    telemetry::LogWarning("others can read a database's file, and its rights can't be changed",
                          {{"file", path}, {"error", strerror(errno)}, {"remedy", "chmod 600"}});
  }
}

void LookAtFolder(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  struct stat found = {};
  if (stat(folder.c_str(), &found) != 0 || (found.st_mode & kOthers) == 0) return;
  telemetry::LogWarning("others can enter the folder of a database",
                        {{"folder", folder}, {"remedy", "chmod 700, or a folder of its own"}});
}

absl::Status MakeFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerAlone);
  if (file >= 0) {
    close(file);
  } else if (errno != EEXIST) {
    return Unusable(path, "made", errno);
  }
  return absl::OkStatus();
}

// "clusterwire-catalogue, process 123", as its holder wrote it; "another process".
std::string HolderIn(int lock) {
  char text[200] = {};
  const ssize_t size = pread(lock, text, sizeof text, 0);
  if (size <= 0) return "another process";
  const std::string_view line = std::string_view(text, static_cast<size_t>(size));
  return std::string(line.substr(0, line.find('\n')));
}

void WriteHolder(int lock) {
  const std::string holder =
      absl::StrCat(program_invocation_short_name, ", process ", getpid(), "\n");
  // For people alone, so that a full disk is no reason to refuse.
  if (ftruncate(lock, 0) == 0 && pwrite(lock, holder.data(), holder.size(), 0) < 0) return;
}

// OK once `descriptor`, of `name`, is locked. `holder` says who has `path` else.
absl::Status Lock(int descriptor, const std::string& name, const std::string& path,
                  const std::string& holder) {
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
  if (errno != EWOULDBLOCK) return Unusable(name, "locked", errno);
  return Error(absl::StatusCode::kFailedPrecondition, "DATABASE_IN_USE",
               absl::StrCat(path, " is used by ", holder,
                            ": a SQLite file serves one process; stop that one, name another "
                            "file, or use PostgreSQL for several"),
               {{"file", path}});
}

struct Descriptors {
  int file = -1;
  int lock = -1;
};

// What holds the file and the lock beside it.
absl::StatusOr<Descriptors> LockBoth(const std::string& path) {
  const std::string name = absl::StrCat(path, ".lock");
  Descriptors held{.file = open(path.c_str(), O_RDWR | O_CLOEXEC),
                   .lock = open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerAlone)};
  absl::Cleanup close_both = [&held] {
    if (held.file >= 0) close(held.file);
    if (held.lock >= 0) close(held.lock);
  };
  if (held.file < 0) return Unusable(path, "opened", errno);
  if (held.lock < 0) return Unusable(name, "made", errno);
  const std::string holder = HolderIn(held.lock);
  RETURN_IF_ERROR(Lock(held.lock, name, path, holder));
  // Who has the file under another name, or before the lock was removed, isn't written in this one.
  RETURN_IF_ERROR(Lock(held.file, path, path, "another process"));
  WriteHolder(held.lock);
  std::move(close_both).Cancel();
  return held;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const SqliteHold>> SqliteHold::Take(const std::string& given) {
  static Mutex mutex;
  static auto& holds = *new std::map<std::string, std::weak_ptr<const SqliteHold>>;
  const std::string path = RealPath(given);
  MutexLock lock(mutex);
  std::weak_ptr<const SqliteHold>& known = holds[path];
  if (std::shared_ptr<const SqliteHold> hold = known.lock()) return hold;
  RETURN_IF_ERROR(MakeFile(path));
  ASSIGN_OR_RETURN(const Descriptors held, LockBoth(path));
  std::shared_ptr<const SqliteHold> hold(new SqliteHold(held.file, held.lock));
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) MakePrivate(path + suffix);
  LookAtFolder(path);
  known = hold;
  return hold;
}

SqliteHold::~SqliteHold() {
  close(file_);
  close(lock_);
}

}  // namespace clusterwire::sql
