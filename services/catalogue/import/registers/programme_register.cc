#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/status_macros.h"
#include "libs/text/slug.h"
#include "services/catalogue/import/registers/register.h"
#include "services/catalogue/import/upsert.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/resources/programmes/programme_rules.h"

namespace clusterwire::catalogue::registers {
namespace {

using google::protobuf::Message;

constexpr char kLabelScheme[] = "label scheme";

void ReadReach(JsonRecord& record, const Field& field, Message* programme) {
  static const auto& reaches =
      *new std::map<std::string, v1::Programme::Reach>{{"", v1::Programme::REACH_UNSPECIFIED},
                                                       {"EU", v1::Programme::REACH_EUROPEAN},
                                                       {"national", v1::Programme::REACH_NATIONAL},
                                                       {"regional", v1::Programme::REACH_REGIONAL}};
  const std::string level = record.Text(field.key);
  const auto found = reaches.find(level);
  if (found != reaches.end()) {
    static_cast<v1::Programme&>(*programme).set_reach(found->second);
  } else {
    record.AddError(field.key, absl::StrCat("'", level, "' must be EU, national or regional"));
  }
}

// "2024-2027"; a single date is a start.
void ReadYears(JsonRecord& record, const Field& field, Message* programme) {
  const std::string years = record.Date(field.key);
  if (years.empty()) return;
  type::v1::Period& period = *static_cast<v1::Programme&>(*programme).mutable_current_period();
  const bool two = years.size() == 9 && years[4] == '-';
  period.set_start(two ? years.substr(0, 4) : years);
  if (two) period.set_end(years.substr(5));
}

constexpr Field kCountFields[] = {
    {"count", "count", ReadWhole},
    {"as_of", "as_of", ReadDate},
    {"source", "source", ReadText},
};

std::vector<v1::DatedCount> CountsOf(JsonRecord& record, const char* key) {
  std::vector<v1::DatedCount> counts;
  for (JsonRecord& entry : record.Objects(key)) {
    v1::DatedCount& count = counts.emplace_back();
    count.set_count(-1);
    ReadFields(entry, kCountFields, &count);
    entry.RefuseUnknown();
  }
  return counts;
}

void ReadCounts(JsonRecord& record, const Field& field, Message* programme) {
  for (v1::DatedCount& count : CountsOf(record, field.key)) {
    *static_cast<v1::Programme&>(*programme).add_member_counts() = std::move(count);
  }
}

// "bronze" → bronze, "Bronze"; "national key cluster" → national-key-cluster.
void ReadLevels(JsonRecord& record, const Field& field, Message* scheme) {
  for (std::string& word : record.Texts(field.key)) {
    v1::LabelLevel& level = *static_cast<v1::LabelScheme&>(*scheme).add_levels();
    level.set_id(text::Slug(word));
    word[0] = absl::ascii_toupper(static_cast<unsigned char>(word[0]));
    level.set_title(std::move(word));
  }
}

void ReadLevelRules(JsonRecord& record, const Field& field, Message* scheme) {
  auto& levels = *static_cast<v1::LabelScheme&>(*scheme).mutable_levels();
  for (JsonRecord& rule : record.Objects(field.key)) {
    const std::string id = rule.RequiredText("level");
    const auto first = rule.Whole("first_validity_months");
    const auto renewed = rule.Whole("renewal_validity_months");
    rule.RefuseUnknown();
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

constexpr Field kProgrammeFields[] = {
    {"name", "title", ReadRequiredText},
    {"acronym", "acronym", ReadText},
    {"country", "country", ReadRequiredText},
    {"level", "reach", ReadReach},
    {"region", "region", ReadText},
    {"operator", "operator", ReadText},
    {"started", "period.start", ReadDate},
    {"ended", "period.end", ReadDate},
    {"current_period", "current_period", ReadYears},
    {"predecessor", "predecessor", ReadText},
    {"successor", "successor", ReadText},
    {"member_counts", "member_counts", ReadCounts},
    {"partner_count", "partner_count", ReadWhole},
    {"required_label", "required_label", ReadText},
    {"services", "services", ReadTexts},
    {"levels", "levels", ReadTexts},
    {"funding_years", "funding_years", ReadWhole},
};

constexpr Field kSchemeFields[] = {
    {"name", "title", ReadRequiredText},
    {"acronym", "acronym", ReadText},
    {"country", "country", ReadRequiredText},
    {"label_levels", "levels", ReadLevels},
    {"level_rules", "levels", ReadLevelRules},
    {"renewal_window_months", "renewal_window_months", ReadWhole},
    {"issuer", "issuer", ReadText},
    {"eligibility", "eligibility", ReadText},
    {"started", "period.start", ReadDate},
    {"ended", "period.end", ReadDate},
};

// What both kinds have: their own fields, sources, what only the sources keep, and an external id.
template <typename T>
void ReadCommon(JsonRecord& record, const std::string& read_date, FieldMap fields,
                const std::vector<const char*>& only_in_sources, T* resource) {
  ReadFields(record, fields, resource);
  Sources* sources = resource->mutable_sources();
  ReadSources(record, read_date, sources);
  for (const char* key : only_in_sources) KeepInSources(key, record.Date(key), sources);
  for (const auto& [name, price] : record.Scalars("prices_eur_excl_vat")) {
    KeepInSources(absl::StrCat("prices_eur_excl_vat.", name), price, sources);
  }
  AddExternalId(kImportScheme, absl::StrCat(resource->country(), "/", resource->title()),
                resource->mutable_external_ids());
}

v1::Programme ReadProgramme(const std::string& kind, JsonRecord& record,
                            const std::string& read_date) {
  v1::Programme programme;
  programme.set_state(v1::Programme::STATE_PUBLISHED);
  SetWord(record, {"kind", "kind"}, kind, absl::StrCat(kLabelScheme, ", "), &programme);
  ReadCommon(record, read_date, kProgrammeFields, {"validity_years"}, &programme);
  return programme;
}

v1::LabelScheme ReadScheme(JsonRecord& record, const std::string& read_date) {
  v1::LabelScheme scheme;
  ReadCommon(record, read_date, kSchemeFields, {"level", "region", "operator", "validity_years"},
             &scheme);
  const std::vector<v1::DatedCount> counts = CountsOf(record, "member_counts");
  for (size_t i = 0; i < counts.size(); ++i) {
    const std::string when = counts[i].as_of().empty() ? "" : ", " + counts[i].as_of();
    KeepInSources(absl::StrCat("member_counts[", i, "]"), absl::StrCat(counts[i].count(), when),
                  scheme.mutable_sources(), counts[i].source());
  }
  for (const auto& [register_name, name] : record.Scalars("names_elsewhere")) {
    AddExternalId(register_name, name, scheme.mutable_external_ids());
  }
  return scheme;
}

template <typename T>
absl::StatusOr<Match<T>> FindByTitle(Batch& batch, const Rules<T>& rules, const T& resource) {
  return FindMatch(batch.writer(), LookupByTitle<T>(absl::StrCat(ToAbsl(rules.collection), "/"),
                                                    rules.suggest_id(resource), resource.country(),
                                                    resource.title()));
}

}  // namespace

absl::StatusOr<ProgrammeRecord> MapProgramme(std::string_view json, const std::string& read_date) {
  ASSIGN_OR_RETURN(JsonRecord record, JsonRecord::Parse(json));
  const std::string kind = record.RequiredText("kind");
  ProgrammeRecord mapped;
  if (kind == kLabelScheme) {
    mapped = ReadScheme(record, read_date);
  } else {
    mapped = ReadProgramme(kind, record, read_date);
  }
  RETURN_IF_ERROR(record.Finish());
  return mapped;
}

absl::StatusOr<LineResult> ImportProgramme(Batch& batch, std::string_view json) {
  ASSIGN_OR_RETURN(ProgrammeRecord record, MapProgramme(json, batch.read_date()));
  if (auto* programme = std::get_if<v1::Programme>(&record)) {
    const Rules<v1::Programme> rules = ProgrammeRules();
    ASSIGN_OR_RETURN(const auto match, FindByTitle(batch, rules, *programme));
    return Upsert(batch, rules, kProgrammeFields, match, std::move(*programme));
  }
  v1::LabelScheme& scheme = std::get<v1::LabelScheme>(record);
  const Rules<v1::LabelScheme> rules = LabelSchemeRules();
  ASSIGN_OR_RETURN(const auto match, FindByTitle(batch, rules, scheme));
  if (match.known) KeepUnstatedOfLevels(*match.known, &scheme);
  return Upsert(batch, rules, kSchemeFields, match, std::move(scheme));
}

}  // namespace clusterwire::catalogue::registers
