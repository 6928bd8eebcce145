#include "services/catalogue/import/client/plan.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"

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
  std::string names;
  for (const auto& [name, kind] : kFiles) absl::StrAppend(&names, names.empty() ? "" : ", ", name);
  return names;
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

}  // namespace

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
  std::ifstream in(path);
  std::vector<NumberedLine> lines;
  int64_t number = 0;
  for (std::string text; std::getline(in, text);) {
    ++number;
    if (text.find_first_not_of(" \t\r") != std::string::npos) {
      lines.push_back({number, std::move(text)});
    }
  }
  if (!in.eof()) return absl::UnavailableError(absl::StrCat(path, " can't be read"));
  return lines;
}

}  // namespace clusterwire::catalogue::import_client
