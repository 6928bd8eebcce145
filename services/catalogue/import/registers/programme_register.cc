#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/text/text.h"
#include "services/catalogue/import/regions.h"
#include "services/catalogue/import/registers/programme_terms_fields.h"
#include "services/catalogue/import/registers/register.h"
#include "services/catalogue/import/upsert.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/resources/programmes/programme_rules.h"

namespace clusterwire::catalogue::registers {
namespace {

using google::protobuf::Message;

constexpr char kLabelScheme[] = "label scheme";

void ReadReach(JsonRecord& record, const Field& field, Message* programme) {
  constexpr std::pair<const char*, v1::Programme::Reach> kReaches[] = {
      {"", v1::Programme::REACH_UNSPECIFIED},
      {"EU", v1::Programme::REACH_EUROPEAN},
      {"national", v1::Programme::REACH_NATIONAL},
      {"regional", v1::Programme::REACH_REGIONAL}};
  const std::string level = record.Text(field.key);
  for (const auto& [word, reach] : kReaches) {
    if (level == word) return static_cast<v1::Programme&>(*programme).set_reach(reach);
  }
  record.AddError(field.key, absl::StrCat("'", level, "' must be EU, national or regional"));
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

void ReadCount(JsonRecord& record, const Field& field, Message* count) {
  static_cast<v1::DatedCount&>(*count).set_count(record.Whole(field.key).value_or(-1));
}

constexpr Field kCountFields[] = {
    {"count", "count", ReadCount}, {"as_of", "as_of", ReadDate}, {"source"}};
constexpr Field kCounts = {"member_counts", "member_counts", ReadObjects<kCountFields>};

// "bronze" → bronze, "Bronze"; "national key cluster" → national-key-cluster.
void ReadLevels(JsonRecord& record, const Field& field, Message* scheme) {
  for (std::string& word : record.Texts(field.key)) {
    v1::LabelLevel& level = *static_cast<v1::LabelScheme&>(*scheme).add_levels();
    level.set_id(text::Slug(word));
    word[0] = absl::ascii_toupper(static_cast<unsigned char>(word[0]));
    level.set_title(std::move(word));
  }
}

constexpr Field kRuleFields[] = {{"first_validity_months"}, {"renewal_validity_months"}};

void ReadLevelRules(JsonRecord& record, const Field& field, Message* scheme) {
  auto& levels = *static_cast<v1::LabelScheme&>(*scheme).mutable_levels();
  for (JsonRecord& rule : record.Objects(field.key)) {
    const std::string id = rule.RequiredText("level");
    const auto level = std::find_if(levels.begin(), levels.end(),
                                    [&](const v1::LabelLevel& l) { return l.id() == id; });
    const bool found = level != levels.end();
    v1::LabelLevel unnamed;
    ReadFields(rule, kRuleFields, found ? &*level : &unnamed);
    rule.RefuseUnknown();
    if (!found) rule.AddError("level", absl::StrCat("'", id, "' is not among label_levels"));
  }
}

constexpr Field kProgrammeFields[] = {{"name", "title", ReadRequired},
                                      {"acronym"},
                                      {"country", "country", ReadRequired},
                                      {"level", "reach", ReadReach},
                                      {"region"},
                                      {"regions"},
                                      {"operator"},
                                      {"started", "period.start", ReadDate},
                                      {"ended", "period.end", ReadDate},
                                      {"current_period", "current_period", ReadYears},
                                      {"predecessor"},
                                      {"successor"},
                                      kCounts,
                                      {"partner_count"},
                                      {"required_label"},
                                      {"services"},
                                      {"levels"},
                                      {"funding_years"},
                                      {"criteria", "criteria", ReadCriteria},
                                      {"admission", "admission", ReadAdmission},
                                      {"duty", "duty", ReadDuty},
                                      {"offerings", "offerings", ReadOfferings},
                                      {"probation_months"},
                                      {"probation_reminder_days"},
                                      {"grace_reminder_days"}};

constexpr Field kSchemeFields[] = {{"name", "title", ReadRequired},
                                   {"acronym"},
                                   {"country", "country", ReadRequired},
                                   {"label_levels", "levels", ReadLevels},
                                   {"level_rules", "levels", ReadLevelRules},
                                   {"renewal_window_months"},
                                   {"reminder_days"},
                                   {"issuer"},
                                   {"eligibility"},
                                   {"started", "period.start", ReadDate},
                                   {"ended", "period.end", ReadDate}};

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
  BringToForm(record, fields, resource);
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
  v1::Programme counted;  // a scheme has no field for them
  ReadFields(record, {&kCounts, 1}, &counted);
  for (int i = 0; i < counted.member_counts_size(); ++i) {
    const v1::DatedCount& count = counted.member_counts(i);
    const std::string when = count.as_of().empty() ? "" : ", " + count.as_of();
    KeepInSources(absl::StrCat("member_counts[", i, "]"), absl::StrCat(count.count(), when),
                  scheme.mutable_sources(), count.source());
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

absl::StatusOr<v1::ImportResponse> ImportProgramme(Batch& batch, std::string_view json) {
  ASSIGN_OR_RETURN(ProgrammeRecord record, MapProgramme(json, batch.read_date()));
  if (auto* programme = std::get_if<v1::Programme>(&record)) {
    ASSIGN_OR_RETURN(std::string missing, MissingIn(*programme, batch.writer()));
    if (!missing.empty()) {
      v1::ImportResponse waits;
      waits.add_notes(std::move(missing));
      return waits;
    }
    const Rules<v1::Programme> rules = ProgrammeRules();
    ASSIGN_OR_RETURN(const auto match, FindByTitle(batch, rules, *programme));
    ASSIGN_OR_RETURN(const auto book, CodeBook::Of(batch.writer()));
    const RegionsInWords<v1::Programme> regions(
        batch, book, match, [](const v1::Programme& of) -> auto& { return of.region(); },
        programme->country(), programme);
    ASSIGN_OR_RETURN(
        v1::ImportResponse result,
        Upsert<v1::Programme>(batch, rules, kProgrammeFields, match, *programme, regions));
    regions.AddNotes(&result);
    NoteDraft(match, "PublishProgramme", &result);
    return result;
  }
  v1::LabelScheme& scheme = std::get<v1::LabelScheme>(record);
  const Rules<v1::LabelScheme> rules = LabelSchemeRules();
  ASSIGN_OR_RETURN(const auto match, FindByTitle(batch, rules, scheme));
  if (match.known) KeepUnstatedOfLevels(*match.known, &scheme);
  return Upsert(batch, rules, kSchemeFields, match, std::move(scheme));
}

}  // namespace clusterwire::catalogue::registers
