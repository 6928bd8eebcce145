#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/status_macros.h"
#include "libs/text/slug.h"
#include "services/catalogue/common/fields/words.h"
#include "services/catalogue/import/line.h"
#include "services/catalogue/import/mapping.h"
#include "services/catalogue/import/provenance.h"

namespace clusterwire::catalogue::registers {
namespace {

constexpr char kLabelScheme[] = "label scheme";

// "2024-2027"; a single date is a start.
type::v1::Period PeriodOf(const std::string& years) {
  type::v1::Period period;
  const bool two = years.size() == 9 && years[4] == '-';
  period.set_start(two ? years.substr(0, 4) : years);
  if (two) period.set_end(years.substr(5));
  return period;
}

type::v1::Period ReadPeriod(Line& line) {
  type::v1::Period period;
  period.set_start(line.Date("started"));
  period.set_end(line.Date("ended"));
  return period;
}

// Values that have no field in what they are said of.
void KeepOthers(Line& line, const std::vector<const char*>& fields, Provenance& provenance) {
  for (const char* field : fields) provenance.Keep(field, line.Date(field));
  for (const auto& [name, price] : line.Scalars("prices_eur_excl_vat")) {
    provenance.Keep(absl::StrCat("prices_eur_excl_vat.", name), price);
  }
}

std::vector<v1::DatedCount> ReadCounts(Line& line) {
  std::vector<v1::DatedCount> counts;
  for (Line& entry : line.Objects("member_counts")) {
    v1::DatedCount& count = counts.emplace_back();
    count.set_count(entry.Whole("count").value_or(-1));
    count.set_as_of(entry.Date("as_of"));
    count.set_source(entry.Text("source"));
    entry.RefuseUnknown();
  }
  return counts;
}

v1::Programme::Reach ReadReach(Line& line) {
  static const auto& reaches =
      *new std::map<std::string, v1::Programme::Reach>{{"", v1::Programme::REACH_UNSPECIFIED},
                                                       {"EU", v1::Programme::REACH_EUROPEAN},
                                                       {"national", v1::Programme::REACH_NATIONAL},
                                                       {"regional", v1::Programme::REACH_REGIONAL}};
  const std::string level = line.Text("level");
  const auto found = reaches.find(level);
  if (found != reaches.end()) return found->second;
  line.AddError("level", absl::StrCat("'", level, "' must be EU, national or regional"));
  return v1::Programme::REACH_UNSPECIFIED;
}

void ReadKind(const std::string& word, Line& line, v1::Programme* programme) {
  using Kind = v1::Programme::Kind;
  if (const auto kind = ValueOf<Kind>(word)) {
    programme->set_kind(*kind);
  } else {
    line.AddError("kind",
                  absl::StrCat("'", word, "' must be ", kLabelScheme, ", ", WordsOf<Kind>()));
  }
}

v1::Programme ReadProgramme(const std::string& kind, Line& line, const std::string& read_date) {
  v1::Programme programme;
  programme.set_state(v1::Programme::STATE_PUBLISHED);
  ReadKind(kind, line, &programme);
  programme.set_title(line.RequiredText("name"));
  programme.set_acronym(line.Text("acronym"));
  programme.set_country(line.RequiredText("country"));
  programme.set_reach(ReadReach(line));
  programme.set_region(line.Text("region"));
  programme.set_operator_(line.Text("operator"));
  type::v1::Period period = ReadPeriod(line);
  if (period.ByteSizeLong() > 0) *programme.mutable_period() = std::move(period);
  const std::string current = line.Date("current_period");
  if (!current.empty()) *programme.mutable_current_period() = PeriodOf(current);
  programme.set_predecessor(line.Text("predecessor"));
  programme.set_successor(line.Text("successor"));
  for (v1::DatedCount& count : ReadCounts(line)) *programme.add_member_counts() = std::move(count);
  if (const auto count = line.Whole("partner_count")) programme.set_partner_count(*count);
  programme.set_required_label(line.Text("required_label"));
  for (std::string& service : line.Texts("services")) programme.add_services(std::move(service));
  for (std::string& level : line.Texts("levels")) programme.add_levels(std::move(level));
  if (const auto years = line.Whole("funding_years")) programme.set_funding_years(*years);

  Provenance provenance(line, read_date);
  KeepOthers(line, {"validity_years"}, provenance);
  *programme.mutable_sources() = provenance.sources();
  AddExternalId(kImportScheme, absl::StrCat(programme.country(), "/", programme.title()),
                programme.mutable_external_ids());
  return programme;
}

// "bronze" → bronze, "Bronze"; "national key cluster" → national-key-cluster.
void ReadLevels(Line& line, v1::LabelScheme* scheme) {
  for (std::string& word : line.Texts("label_levels")) {
    v1::LabelLevel& level = *scheme->add_levels();
    level.set_id(text::Slug(word));
    word[0] = absl::ascii_toupper(static_cast<unsigned char>(word[0]));
    level.set_title(std::move(word));
  }
  for (Line& rule : line.Objects("level_rules")) {
    const std::string id = rule.RequiredText("level");
    const auto first = rule.Whole("first_validity_months");
    const auto renewed = rule.Whole("renewal_validity_months");
    rule.RefuseUnknown();
    auto& levels = *scheme->mutable_levels();
    const auto level = std::find_if(levels.begin(), levels.end(),
                                    [&](const v1::LabelLevel& l) { return l.id() == id; });
    if (level == levels.end()) {
      rule.AddError("level", absl::StrCat("'", id, "' is not among label_levels"));
      continue;
    }
    if (first) level->set_first_validity_months(*first);
    if (renewed) level->set_renewal_validity_months(*renewed);
  }
}

v1::LabelScheme ReadScheme(Line& line, const std::string& read_date) {
  v1::LabelScheme scheme;
  scheme.set_title(line.RequiredText("name"));
  scheme.set_acronym(line.Text("acronym"));
  scheme.set_country(line.RequiredText("country"));
  ReadLevels(line, &scheme);
  if (const auto months = line.Whole("renewal_window_months")) {
    scheme.set_renewal_window_months(*months);
  }
  scheme.set_issuer(line.Text("issuer"));
  scheme.set_eligibility(line.Text("eligibility"));
  type::v1::Period period = ReadPeriod(line);
  if (period.ByteSizeLong() > 0) *scheme.mutable_period() = std::move(period);

  Provenance provenance(line, read_date);
  KeepOthers(line, {"level", "region", "operator", "validity_years"}, provenance);
  const std::vector<v1::DatedCount> counts = ReadCounts(line);
  for (size_t i = 0; i < counts.size(); ++i) {
    const std::string when = counts[i].as_of().empty() ? "" : ", " + counts[i].as_of();
    provenance.Keep(absl::StrCat("member_counts[", i, "]"), absl::StrCat(counts[i].count(), when),
                    counts[i].source());
  }
  *scheme.mutable_sources() = provenance.sources();
  AddExternalId(kImportScheme, absl::StrCat(scheme.country(), "/", scheme.title()),
                scheme.mutable_external_ids());
  for (const auto& [register_name, name] : line.Scalars("names_elsewhere")) {
    AddExternalId(register_name, name, scheme.mutable_external_ids());
  }
  return scheme;
}

}  // namespace

absl::StatusOr<ProgrammeRecord> MapProgramme(std::string_view json, const std::string& read_date) {
  ASSIGN_OR_RETURN(Line line, Line::Parse(json));
  const std::string kind = line.RequiredText("kind");
  ProgrammeRecord record;
  if (kind == kLabelScheme) {
    record = ReadScheme(line, read_date);
  } else {
    record = ReadProgramme(kind, line, read_date);
  }
  RETURN_IF_ERROR(line.Finish());
  return record;
}

}  // namespace clusterwire::catalogue::registers
