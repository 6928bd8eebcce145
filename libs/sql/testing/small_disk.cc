#include "libs/sql/testing/small_disk.h"

#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "absl/strings/str_cat.h"
#include <sys/mount.h>
#include <sys/stat.h>

namespace clusterwire::sql {
namespace {

constexpr char kBallast[] = "/ballast";

}  // namespace

std::unique_ptr<SmallDisk> SmallDisk::Mount(int64_t bytes) {
  std::unique_ptr<SmallDisk> disk(new SmallDisk);
  const passwd* user = getpwnam("postgres");
  std::string options = absl::StrCat("mode=0700,size=", bytes);
  if (user != nullptr) absl::StrAppend(&options, ",uid=", user->pw_uid, ",gid=", user->pw_gid);
  if (mount("tmpfs", disk->path_.c_str(), "tmpfs", 0, options.c_str()) != 0) return nullptr;
  return disk;
}

SmallDisk::SmallDisk() : path_(dir_.File("disk")) {
  chmod(dir_.path().c_str(), 0711);
  std::filesystem::create_directory(path_);
}

SmallDisk::~SmallDisk() { umount2(path_.c_str(), MNT_DETACH); }

void SmallDisk::Fill() const {
  const int file = open((path_ + kBallast).c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const std::vector<char> block(4096);
  while (write(file, block.data(), block.size()) > 0) {
  }
  close(file);
}

void SmallDisk::Free() const { unlink((path_ + kBallast).c_str()); }

}  // namespace clusterwire::sql
