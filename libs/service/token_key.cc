#include "libs/service/token_key.h"

#include "absl/strings/str_cat.h"

#include "libs/config/key_file.h"

namespace clusterwire::service {

absl::StatusOr<std::string> LoadTokenKey(const std::string& file, Random& random) {
  auto key = config::LoadOrMakeKey(file, random);
  if (key.ok()) return key;
  return absl::Status(
      key.status().code(),
      absl::StrCat("token_key_file: ", key.status().message(), "; put a secret of at least ",
                   config::kLeastKeyBytes,
                   " bytes there that this user may read, or let token_key_file name a place "
                   "where this user may make one"));
}

}  // namespace clusterwire::service
