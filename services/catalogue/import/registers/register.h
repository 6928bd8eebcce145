#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"
#include "clusterwire/catalogue/v1/event.pb.h"
#include "clusterwire/catalogue/v1/import.pb.h"
#include "clusterwire/catalogue/v1/label.pb.h"
#include "clusterwire/catalogue/v1/label_scheme.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"
#include "clusterwire/catalogue/v1/taxonomy.pb.h"

#include "services/catalogue/common/codes/code_book.h"
#include "services/catalogue/import/batch.h"

// The kinds of registers, a file a kind. Two functions each: Map…() reads a line into a resource,
// Import…() finds what the line names, and writes it.
namespace clusterwire::catalogue::registers {

// Imports one line; gives its report, without number and revision. INVALID_ARGUMENT refuses the
// line, names its fields and has staged nothing; any other error ends the write. A report without
// an outcome: not written yet, since the line names something that may stand further down; the
// notes say what.
using ImportRecord = absl::StatusOr<v1::ImportResponse> (*)(Batch& batch, std::string_view json);

absl::StatusOr<v1::ImportResponse> ImportCluster(Batch& batch, std::string_view json);
absl::StatusOr<v1::ImportResponse> ImportLabel(Batch& batch, std::string_view json);
absl::StatusOr<v1::ImportResponse> ImportProgramme(Batch& batch, std::string_view json);
absl::StatusOr<v1::ImportResponse> ImportEvent(Batch& batch, std::string_view json);
absl::StatusOr<v1::ImportResponse> ImportTaxonomy(Batch& batch, std::string_view json);

// Map…(): pure. Resources come without a name, published, with their sources, and with an external
// id by which the same record is found again. An error names every field of the line that can't be
// read. Where a line names other resources, the words for them stay as the line writes them.

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

struct LabelRecord {
  v1::Label label;  // its scheme by name or acronym, its level by the word for it
  std::string cluster;
  std::string country;
};
absl::StatusOr<LabelRecord> MapLabel(std::string_view json, const std::string& read_date);

using ProgrammeRecord = std::variant<v1::Programme, v1::LabelScheme>;
absl::StatusOr<ProgrammeRecord> MapProgramme(std::string_view json, const std::string& read_date);

// Its parent by title.
absl::StatusOr<v1::CalendarEvent> MapEvent(std::string_view json, const std::string& read_date);

absl::StatusOr<v1::Taxonomy> MapTaxonomy(std::string_view json, const std::string& read_date);

}  // namespace clusterwire::catalogue::registers
