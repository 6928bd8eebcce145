#include "services/catalogue/import/testing/import_bench.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "services/catalogue/import/session.h"

namespace clusterwire::catalogue::registers {
namespace {

using Start = v1::ImportStart;

void Drain(Session& session, Reports* reports) {
  while (auto report = session.NextReport()) reports->push_back(*std::move(report));
}

}  // namespace

Reports ImportBench::Import(Start::Kind kind, const std::vector<std::string>& lines) {
  Start start;
  start.set_kind(kind);
  start.set_read_date("2026-11");
  return Import(start, lines);
}

Reports ImportBench::Import(const Start& start, const std::vector<std::string>& lines) {
  auto session = Session::Open(store(), Operator(), start).value();
  Reports reports;
  v1::ImportLine line;
  for (const std::string& json : lines) {
    line.set_number(line.number() + 1);
    line.set_json(json);
    if (const absl::Status added = session->Add(line); !added.ok()) {
      ADD_FAILURE() << added.ToString();
    }
    Drain(*session, &reports);
  }
  if (const absl::Status ended = session->End(); !ended.ok()) ADD_FAILURE() << ended.ToString();
  Drain(*session, &reports);
  return reports;
}

Reports ImportBench::ImportFile(Start::Kind kind, const std::string& file) {
  return Import(kind, DataLines(file));
}

Reports ImportBench::ImportAll() {
  Reports all;
  for (const auto& [kind, file] : {std::pair{Start::KIND_TAXONOMIES, "taxonomies.ndjson"},
                                   std::pair{Start::KIND_PROGRAMMES, "programmes.ndjson"},
                                   std::pair{Start::KIND_PROGRAMMES, "label_schemes.ndjson"},
                                   std::pair{Start::KIND_CLUSTERS, "clusters.ndjson"},
                                   std::pair{Start::KIND_LABELS, "labels.ndjson"},
                                   std::pair{Start::KIND_EVENTS, "events.ndjson"}}) {
    Reports reports = ImportFile(kind, file);
    all.insert(all.end(), reports.begin(), reports.end());
  }
  return all;
}

void ImportBench::ImportTaxonomies() { ImportFile(Start::KIND_TAXONOMIES, "taxonomies.ndjson"); }

int ImportBench::Count(const std::string& type) {
  store::ScanOptions scan;
  scan.type = type;
  scan.limit = 1000;
  return static_cast<int>(store().Read().value()->Scan(scan).value().size());
}

std::vector<std::string> DataLines(const std::string& file) {
  std::ifstream in(absl::StrCat(CLUSTERWIRE_DATA, "/", file));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(std::move(line));
  return lines;
}

std::string ClusterLine(const std::string& name, const std::string& more,
                        const std::string& country) {
  return absl::StrCat(R"({"name": ")", name, R"(", "country": ")", country,
                      R"(", "source": "https://x.example")", more, "}");
}

std::string EventLine(const std::string& title, const std::string& parent) {
  return absl::StrCat(R"({"title": ")", title, R"(", "kind": "meeting", "start": "2026-01-01",)",
                      R"( "end": "2026-01-01", "source": "https://x.example")",
                      parent.empty() ? "" : absl::StrCat(R"(, "parent": ")", parent, "\""), "}");
}

std::vector<v1::ImportResponse::Outcome> OutcomesOf(const Reports& reports) {
  std::vector<v1::ImportResponse::Outcome> outcomes;
  for (const v1::ImportResponse& report : reports) outcomes.push_back(report.outcome());
  return outcomes;
}

}  // namespace clusterwire::catalogue::registers
