#include "services/catalogue/import/client/plan.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <istream>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::catalogue::import_client {
namespace {

using Start = v1::ImportStart;

// Clusters name programmes; labels name clusters and schemes; all name codes.
constexpr std::pair<const char*, Start::Kind> kFiles[] = {
    {"taxonomies.ndjson", Start::KIND_TAXONOMIES},
    {"programmes.ndjson", Start::KIND_PROGRAMMES},
    {"label_schemes.ndjson", Start::KIND_PROGRAMMES},
    {"clusters.ndjson", Start::KIND_CLUSTERS},
    {"labels.ndjson", Start::KIND_LABELS},
    {"events.ndjson", Start::KIND_EVENTS}};

std::string KnownFiles() {
  return absl::StrJoin(kFiles, ", ",
                       [](std::string* out, const auto& file) { *out += file.first; });
}

// The files of a folder, or the file itself.
absl::StatusOr<std::vector<std::string>> FilesOf(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error)) return std::vector<std::string>{path};
  if (!std::filesystem::is_directory(path, error)) {
    return absl::NotFoundError(absl::StrCat("no file or folder ", path));
  }
  std::vector<std::string> files;
  for (const auto& [name, kind] : kFiles) {
    const std::string file = absl::StrCat(path, "/", name);
    if (std::filesystem::is_regular_file(file, error)) files.push_back(file);
  }
  if (files.empty()) {
    return absl::NotFoundError(absl::StrCat(path, " has none of ", KnownFiles()));
  }
  return files;
}

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The next line without its end, and how many bytes it has; `text` holds no more than it takes to
// see that they are too many. None at the end of the file.
std::optional<size_t> NextLine(std::istream& in, std::string* text) {
  text->clear();
  if (in.peek() == std::istream::traits_type::eof()) return std::nullopt;
  size_t bytes = 0;
  for (int next = in.get(); next != std::istream::traits_type::eof() && next != '\n';
       next = in.get(), ++bytes) {
    if (bytes <= kMaxLineBytes) text->push_back(static_cast<char>(next));
  }
  return bytes;
}

// A message that isn't UTF-8, or larger than the server takes, would end the whole import. Empty
// when the line can be sent.
std::string WhyNotSent(std::string_view text, size_t bytes) {
  if (bytes > kMaxLineBytes) {
    return absl::StrCat("has ", bytes, " bytes; at most ", kMaxLineBytes);
  }
  const size_t good = Utf8Prefix(text);
  if (good == text.size()) return "";
  return absl::StrFormat("has the byte %02X at byte %d, which is no UTF-8; save the file as UTF-8",
                         static_cast<unsigned char>(text[good]), good + 1);
}

}  // namespace

absl::StatusOr<Options> ParseOptions(std::span<const char* const> arguments) {
  Options options;
  const std::map<std::string, bool*> switches = {
      {"--notify", &options.notify},
      {"--validate_only", &options.validate_only},
      {"--allow_insecure", &options.channel.allow_insecure},
      {"--help", &options.help}};
  const std::map<std::string, std::string*> values = {
      {"--target", &options.channel.target},
      {"--tls_ca_file", &options.channel.tls_ca_file},
      {"--tls_certificate_file", &options.channel.tls_certificate_file},
      {"--tls_key_file", &options.channel.tls_key_file},
      {"--token_file", &options.channel.token_file},
      {"--read_date", &options.read_date}};
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string argument = arguments[i];
    if (!argument.starts_with("-")) {
      options.paths.push_back(argument);
      continue;
    }
    const size_t equals = argument.find('=');
    const std::string flag = argument.substr(0, equals);
    if (const auto found = switches.find(argument); found != switches.end()) {
      *found->second = true;
    } else if (const auto value = values.find(flag); value == values.end()) {
      return absl::InvalidArgumentError(absl::StrCat("no flag ", argument, "; see --help"));
    } else if (equals != std::string::npos) {
      *value->second = argument.substr(equals + 1);
    } else if (++i < arguments.size()) {
      *value->second = arguments[i];
    } else {
      return absl::InvalidArgumentError(absl::StrCat(flag, " needs a value"));
    }
  }
  if (options.paths.empty() && !options.help) {
    return absl::InvalidArgumentError("which folder or files? See --help");
  }
  return options;
}

std::string Usage() {
  return R"(usage: clusterwire-import [FLAGS] FOLDER | FILE…

Imports registers into the catalogue: taxonomies.ndjson, programmes.ndjson,
label_schemes.ndjson, clusters.ndjson, labels.ndjson and events.ndjson, in this
order, as far as they are given. A line that says what is known already changes
nothing, so an import may be repeated at any time.

  --target HOST:PORT            the catalogue, 127.0.0.1:50051 unless given
  --tls_ca_file FILE            authorities that vouch for the catalogue's
                                certificate; without it nothing is encrypted
  --tls_certificate_file FILE   a certificate that shows who imports, with
  --tls_key_file FILE           its key
  --token_file FILE             a token that shows who imports, read for each
                                file; in clear text to this machine alone
  --allow_insecure              send the token in clear text elsewhere too
  --notify                      tell those who subscribed to such changes
  --validate_only               check and report, and change nothing
  --read_date DATE              when the sources were read: 2026-11
  --help                        this text

Exit code: 0 all taken, 1 a line was refused, 2 the import could not be done.
)";
}

absl::StatusOr<std::vector<File>> PlanOf(const std::vector<std::string>& paths) {
  std::multimap<size_t, File> plan;  // by the place of its name in kFiles
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(const std::vector<std::string> files, FilesOf(path));
    for (const std::string& file : files) {
      const std::string name = std::filesystem::path(file).filename();
      const auto known = std::find_if(std::begin(kFiles), std::end(kFiles),
                                      [&](const auto& entry) { return entry.first == name; });
      if (known == std::end(kFiles)) {
        return absl::InvalidArgumentError(
            absl::StrCat(file, ": what is in it? It should be called one of ", KnownFiles()));
      }
      plan.emplace(known - std::begin(kFiles), File{known->second, file, name});
    }
  }
  std::vector<File> files;
  for (auto& [place, file] : plan) files.push_back(std::move(file));
  return files;
}

absl::StatusOr<std::vector<NumberedLine>> ReadLines(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<NumberedLine> lines;
  std::string text;
  for (int64_t number = 1; const auto bytes = NextLine(in, &text); ++number) {
    if (number == 1) {
      if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
        return absl::InvalidArgumentError(
            absl::StrCat(path, " is written in UTF-16; save it as UTF-8"));
      }
      if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
    }
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    std::string refusal = WhyNotSent(text, *bytes);
    if (!refusal.empty()) text.clear();
    lines.push_back({number, std::move(text), std::move(refusal)});
  }
  if (!in.eof()) return absl::UnavailableError(absl::StrCat(path, " can't be read"));
  return lines;
}

}  // namespace clusterwire::catalogue::import_client
