#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/status/status_macros.h"
#include "libs/base/text/strings.h"
#include "libs/text/fold.h"
#include "libs/text/slug.h"
#include "services/catalogue/import/line.h"
#include "services/catalogue/import/mapping.h"
#include "services/catalogue/import/place.h"
#include "services/catalogue/import/provenance.h"

namespace clusterwire::catalogue::registers {
namespace {

// The lists of sectors that registers use the titles of, the preferred one first.
constexpr std::string_view kSectorLists[] = {"esca", "eu-ecosystem"};

std::string CodeOf(const std::string& word, const CodeBook& book) {
  const std::string folded = text::Fold(word);
  for (const std::string_view list : kSectorLists) {
    const v1::Taxonomy* taxonomy = book.FindList(list);
    if (taxonomy == nullptr) continue;
    for (const v1::TaxonomyCode& code : taxonomy->codes()) {
      if (text::Fold(code.title()) == folded) return absl::StrCat(ToAbsl(list), ":", code.code());
    }
  }
  return absl::StrCat(ToAbsl(kNamedList), ":", text::Slug(word));
}

}  // namespace

std::vector<std::string> SectorCodes(const std::vector<std::string>& words, const CodeBook& book) {
  std::vector<std::string> codes;
  for (const std::string& word : words) {
    std::string code = CodeOf(word, book);
    if (std::find(codes.begin(), codes.end(), code) == codes.end()) {
      codes.push_back(std::move(code));
    }
  }
  return codes;
}

std::string ClusterKey(std::string_view country, std::string_view name) {
  return absl::StrCat(ToAbsl(country), "/", ToAbsl(name));
}

absl::StatusOr<ClusterRecord> MapCluster(std::string_view json, const std::string& read_date,
                                         const CodeBook& book) {
  ASSIGN_OR_RETURN(Line line, Line::Parse(json));
  ClusterRecord record;
  v1::Cluster& cluster = record.cluster;
  cluster.set_state(v1::Cluster::STATE_PUBLISHED);
  cluster.set_title(line.RequiredText("name"));
  cluster.set_country(line.RequiredText("country"));
  cluster.set_acronym(line.Text("acronym"));
  for (std::string& name : line.Texts("former_names")) cluster.add_former_titles(std::move(name));
  type::v1::Place seat = ReadPlace(line);
  if (seat.ByteSizeLong() > 0) *cluster.mutable_seat() = std::move(seat);
  for (std::string& code : SectorCodes(line.Texts("sectors"), book)) {
    cluster.add_sectors(std::move(code));
  }
  cluster.set_founded(line.Date("founded_year"));
  if (const auto count = line.Whole("member_count")) cluster.mutable_members()->set_total(*count);
  cluster.set_website(line.Text("website"));
  record.programmes = line.Texts("programmes");

  Provenance provenance(line, read_date);
  // What is said of labels here is a summary of labels.ndjson and no label of its own.
  for (const char* field :
       {"label_level", "label_awarded", "label_announced", "label_valid_until"}) {
    provenance.Keep(field, line.Date(field));
  }
  *cluster.mutable_sources() = provenance.sources();
  AddExternalId(kImportScheme, ClusterKey(cluster.country(), cluster.title()),
                cluster.mutable_external_ids());
  RETURN_IF_ERROR(line.Finish());
  return record;
}

}  // namespace clusterwire::catalogue::registers
