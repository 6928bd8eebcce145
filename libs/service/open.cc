#include "libs/service/open.h"

#include "absl/strings/str_cat.h"

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/config/key_file.h"
#include "libs/sql/owner.h"

namespace clusterwire::service {
namespace {

constexpr std::string_view kTokenKeyFile = "token_key_file";

std::string RemedyFor(std::string_view option, const absl::Status& status) {
  if (ReasonOf(status) == "DATABASE_FULL") return RemedyForFullDisk(option);
  return absl::StrCat(absl::IsUnavailable(status) ? "start the database, or mend " : "mend ",
                      ToAbsl(option), " in the configuration");
}

}  // namespace

absl::StatusOr<std::unique_ptr<sql::Database>> OpenDatabase(std::string_view option,
                                                            const std::string& url,
                                                            const sql::Options& options,
                                                            std::string_view owner) {
  auto database = sql::Database::Open(url, options);
  const absl::Status status = database.ok() ? sql::Claim(**database, owner) : database.status();
  if (status.ok()) return database;
  return absl::Status(status.code(), absl::StrCat(ToAbsl(option), ": ", status.message(), "; ",
                                                  RemedyFor(option, status)));
}

void LookAtDatabase(FieldErrors& errors, std::string_view option, const std::string& url,
                    std::string_view owner) {
  if (const absl::Status status = sql::CheckOwner(url, owner); !status.ok()) {
    errors.Add(option, std::string(status.message()));
  }
}

void LookAtTokenKey(FieldErrors& errors, const std::string& file) {
  LookAtKey(errors, kTokenKeyFile, file);
}

void LookAtKey(FieldErrors& errors, std::string_view option, const std::string& file) {
  if (const absl::Status status = config::CheckKey(file); !status.ok()) {
    errors.Add(option, std::string(status.message()));
  }
}

std::string RemedyForFullDisk(std::string_view option) {
  return absl::StrCat("free space on the disk of the database that ", ToAbsl(option),
                      " names, or give it a bigger one; the service goes on by itself as soon as "
                      "1 MiB can be written");
}

absl::StatusOr<std::string> LoadTokenKey(const std::string& file, Random& random) {
  return LoadKey(kTokenKeyFile, file, random);
}

std::string RequestKey(std::string_view token_key) {
  return HmacSha256(token_key, "clusterwire.requests");
}

absl::StatusOr<std::string> LoadKey(std::string_view option, const std::string& file,
                                    Random& random, std::string_view also) {
  auto key = config::LoadOrMakeKey(file, random);
  if (key.ok()) return key;
  return absl::Status(
      key.status().code(),
      absl::StrCat(ToAbsl(option), ": ", key.status().message(), "; put a secret of at least ",
                   config::kLeastKeyBytes, " bytes there that this user may read, or let ",
                   ToAbsl(option), " name a place where this user may make one", ToAbsl(also)));
}

}  // namespace clusterwire::service
