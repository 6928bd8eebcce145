#include "libs/sql/url.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include <libpq-fe.h>

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::sql {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kPostgres[] = {"postgresql://", "postgres://"};

// Between the last colon outside of brackets and the end of a host; empty where there is none.
std::string_view PortOf(std::string_view host) {
  const size_t bracket = host.rfind(']');
  const size_t colon = host.rfind(':');
  if (colon == host.npos || (bracket != host.npos && colon < bracket)) return {};
  if (bracket == host.npos && host.starts_with('[')) return {};  // libpq says what it lacks
  return host.substr(colon + 1);
}

// That libpq understands the URL. What it says of one that it doesn't may quote all of it, with the
// password, behind a colon.
absl::Status CheckByLibpq(const std::string& url) {
  char* error = nullptr;
  if (PQconninfoOption* parsed = PQconninfoParse(url.c_str(), &error); parsed != nullptr) {
    PQconninfoFree(parsed);
    return absl::OkStatus();
  }
  const std::string said(absl::StripAsciiWhitespace(error == nullptr ? "" : error));
  PQfreemem(error);
  return absl::InvalidArgumentError(
      absl::StrCat("the database's URL can't be read: ", said.substr(0, said.find(": \""))));
}

// libpq takes the first '@' or '/' of a password for the end of it, and would name the rest as the
// host or the port that it can't find.
absl::Status CheckPostgres(std::string_view rest) {
  const size_t at = rest.find('@');
  const size_t end = rest.find_first_of("/?#");
  if (at != rest.npos && (at > end || rest.find('@', at + 1) != rest.npos)) {
    return absl::InvalidArgumentError(
        "the URL has an '@' that may be the end of its password or part of it: write '@' as %40, "
        "'/' as %2F, '?' as %3F and '#' as %23 in user, password and what follows '?'");
  }
  const std::string_view hosts =
      rest.substr(at == rest.npos ? 0 : at + 1, end - (at == rest.npos ? 0 : at + 1));
  for (const absl::string_view host : absl::StrSplit(ToAbsl(hosts), ',')) {
    const std::string_view port = PortOf({host.data(), host.size()});
    if (!std::ranges::all_of(port, absl::ascii_isdigit)) {
      return absl::InvalidArgumentError(
          "what follows the host's ':' in the URL is no port: a password stands before an '@', as "
          "in postgresql://user:password@host:5432/name, with '/' as %2F");
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<std::string> FileOf(std::string_view url) {
  if (!url.starts_with(kSqlite)) return std::nullopt;
  return std::string(url.substr(kSqlite.size()));
}

bool SameFile(std::string_view one, std::string_view other) {
  const auto a = FileOf(one);
  const auto b = FileOf(other);
  if (!a || !b) return false;
  std::error_code error;
  if (std::filesystem::equivalent(*a, *b, error)) return true;
  return std::filesystem::weakly_canonical(*a, error) ==
         std::filesystem::weakly_canonical(*b, error);
}

absl::Status CheckUrl(std::string_view url) {
  if (url == "sqlite:" || url == "sqlite::memory:") {
    return absl::InvalidArgumentError(
        "a SQLite database needs a file: sqlite:/var/lib/clusterwire/store.db");
  }
  if (url.starts_with(kSqlite)) return absl::OkStatus();
  for (const std::string_view scheme : kPostgres) {
    if (!url.starts_with(scheme)) continue;
    RETURN_IF_ERROR(CheckPostgres(url.substr(scheme.size())));
    return CheckByLibpq(std::string(url));
  }
  return absl::InvalidArgumentError(
      "a database is named by sqlite:/path/to/file.db or postgresql://user@host/name");
}

}  // namespace clusterwire::sql
