#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"
#include "clusterwire/catalogue/v1/event.pb.h"
#include "clusterwire/catalogue/v1/label.pb.h"
#include "clusterwire/catalogue/v1/label_scheme.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"
#include "clusterwire/catalogue/v1/taxonomy.pb.h"

#include "services/catalogue/common/codes/code_book.h"

// From a line of a register to a resource: pure, one file a kind. What other resources a line names
// stays as the line writes it; finding them is the affair of register.h. Resources come without a
// name, published, with their sources, and with an external id by which the same record is found
// again. An error names every field of the line that can't be read.
namespace clusterwire::catalogue::registers {

struct ClusterRecord {
  v1::Cluster cluster;
  std::vector<std::string> programmes;  // names or acronyms of programmes and label schemes
};
// `book` tells which sectors are on a list; others become "named:…".
absl::StatusOr<ClusterRecord> MapCluster(std::string_view json, const std::string& read_date,
                                         const CodeBook& book);
// The words for fields of activity as codes: ESCA's portfolios before the EU's ecosystems, by the
// titles of their codes. Each code once.
std::vector<std::string> SectorCodes(const std::vector<std::string>& words, const CodeBook& book);
// How clusters.ndjson calls a cluster: "DE/Silicon Saxony".
std::string ClusterKey(std::string_view country, std::string_view name);

struct LabelRecord {
  v1::Label label;
  std::string cluster;
  std::string country;
  std::string scheme;  // its name or acronym
  std::string level;   // the word for it
};
absl::StatusOr<LabelRecord> MapLabel(std::string_view json, const std::string& read_date);

using ProgrammeRecord = std::variant<v1::Programme, v1::LabelScheme>;
absl::StatusOr<ProgrammeRecord> MapProgramme(std::string_view json, const std::string& read_date);

struct EventRecord {
  v1::CalendarEvent event;
  std::string parent;  // its title
};
absl::StatusOr<EventRecord> MapEvent(std::string_view json, const std::string& read_date);

absl::StatusOr<v1::Taxonomy> MapTaxonomy(std::string_view json, const std::string& read_date);

}  // namespace clusterwire::catalogue::registers
