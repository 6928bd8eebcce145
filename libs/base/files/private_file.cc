#include "libs/base/files/private_file.h"

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"

namespace clusterwire {

absl::Status CheckPrivate(const std::string& path, const struct stat& found) {
  const mode_t allowed = S_IRWXU | (found.st_uid == 0 ? S_IRGRP : 0);
  if ((found.st_mode & 0777 & ~allowed) == 0) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "KEY_FILE",
               absl::StrCat(path, ": can be read or changed by others (its mode is ",
                            absl::Hex(found.st_mode >> 6 & 7), absl::Hex(found.st_mode >> 3 & 7),
                            absl::Hex(found.st_mode & 7),
                            "); chmod 600 it, and take a new secret if they may have"),
               {{"file", path}});
}

}  // namespace clusterwire
