#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/text/form.h"
#include "libs/text/text.h"
#include "services/catalogue/import/registers/register.h"
#include "services/catalogue/import/same_award.h"
#include "services/catalogue/import/upsert.h"
#include "services/catalogue/resources/labels/label_correction.h"
#include "services/catalogue/resources/labels/label_rules.h"

namespace clusterwire::catalogue::registers {
namespace {

constexpr Field kLabelFields[] = {{"scheme", "scheme", ReadRequired},
                                  {"level"},
                                  {"awarded", "awarded", ReadDate},
                                  {"announced", "announced", ReadDate},
                                  {"assessed", "assessed", ReadDate},
                                  {"valid_until", "valid_until", ReadDate},
                                  {"issuer"},
                                  {"score_percent", "score.percent"},
                                  {"score_points", "score.points"},
                                  {"score_max", "score.max_points"},
                                  {"renewal"},
                                  {"name_then", "title_then"}};

// What tells one award of a cluster from another: scheme, level and the first date that is known.
std::string ExternalIdOf(const v1::Label& label) {
  const std::string id = absl::StrCat(label.scheme(), "/", label.level());
  for (const std::string* date :
       {&label.awarded(), &label.assessed(), &label.announced(), &label.valid_until()}) {
    if (!date->empty()) return absl::StrCat(id, "/", *date);
  }
  return id;
}

// The id of the level that a register calls `word`; empty when the scheme has none of that name.
std::string LevelOf(const v1::LabelScheme& scheme, const std::string& word) {
  const std::string slug = text::Slug(word);
  for (const v1::LabelLevel& level : scheme.levels()) {
    if (level.id() == slug || IsSameName(level.title(), word)) return level.id();
  }
  return "";
}

absl::StatusOr<std::string> FindCluster(const store::Reader& reader, const LabelRecord& record) {
  const std::string whom = absl::StrCat("'", record.cluster, "' (", record.country, ")");
  const auto lookup =
      LookupByTitle<v1::Cluster>("clusters/", record.cluster, record.country, record.cluster);
  if (lookup.ids.empty()) return FieldError("cluster", whom + " is no name");
  ASSIGN_OR_RETURN(const auto match, FindMatch(reader, lookup));
  if (!match.known) {
    return FieldError("cluster", whom + " is not here; import the clusters first");
  }
  if (match.deleted()) {
    return FieldError("cluster", absl::StrCat(whom, " was deleted; undelete ", match.name));
  }
  return match.name;
}

// Puts the names of scheme and level in the place of the words for them. Gives a note where a word
// has to stay one.
absl::StatusOr<std::string> ResolveScheme(Batch& batch, v1::Label* label) {
  ASSIGN_OR_RETURN(const auto book, CodeBook::Of(batch.writer()));
  ASSIGN_OR_RETURN(const std::string name, batch.FindScheme(label->scheme()));
  const v1::LabelScheme* scheme = book->FindScheme(name);
  if (scheme == nullptr) {
    return FieldError(
        "scheme", absl::StrCat("'", label->scheme(), "' is no label scheme here; import it first"));
  }
  label->set_scheme(name);
  const std::string word = label->level();
  if (std::string level = LevelOf(*scheme, word); !level.empty()) {
    label->set_level(std::move(level));
  } else if (scheme->levels().empty() && !word.empty()) {
    // No source names the scheme's levels, so the word stays a word.
    label->clear_level();
    KeepInSources("level", word, label->mutable_sources());
    return absl::StrCat("level: ", name, " has no levels; '", word, "' is kept in sources");
  }  // else the rules say what is wrong
  return "";
}

// The words for cluster and level are no fields of a label, or not yet.
void BringToForm(JsonRecord& record, LabelRecord* mapped) {
  FieldErrors errors;
  mapped->cluster = text::InForm(mapped->cluster, type::v1::FORM_LINE, "cluster", errors);
  mapped->country = text::InForm(mapped->country, type::v1::FORM_COUNTRY, "country", errors);
  std::string level = text::InForm(mapped->label.level(), type::v1::FORM_LINE, "level", errors);
  const google::rpc::BadRequest bad_request = BadRequestOf(errors.ToStatus());
  for (const auto& violation : bad_request.field_violations()) {
    record.AddError(violation.field(), violation.description());
  }
  BringToForm(record, kLabelFields, &mapped->label);
  mapped->label.set_level(std::move(level));
}

}  // namespace

absl::StatusOr<LabelRecord> MapLabel(std::string_view json, const std::string& read_date) {
  ASSIGN_OR_RETURN(JsonRecord record, JsonRecord::Parse(json));
  LabelRecord mapped;
  mapped.cluster = record.RequiredText("cluster");
  mapped.country = record.RequiredText("country");
  v1::Label& label = mapped.label;
  ReadFields(record, kLabelFields, &label);
  ReadSources(record, read_date, label.mutable_sources());
  // The resource can't tell "no" from "not said".
  if (record.Has("renewal") && !label.renewal()) {
    KeepInSources("renewal", "false", label.mutable_sources());
  }
  BringToForm(record, &mapped);
  AddExternalId(kImportScheme, ExternalIdOf(label), label.mutable_external_ids());
  RETURN_IF_ERROR(record.Finish());
  return mapped;
}

absl::StatusOr<v1::ImportResponse> ImportLabel(Batch& batch, std::string_view json) {
  ASSIGN_OR_RETURN(LabelRecord record, MapLabel(json, batch.read_date()));
  ASSIGN_OR_RETURN(const std::string cluster, FindCluster(batch.writer(), record));
  v1::Label& label = record.label;
  ASSIGN_OR_RETURN(const std::string note, ResolveScheme(batch, &label));
  const Rules<v1::Label> rules = LabelRules();
  ASSIGN_OR_RETURN(const auto match, FindAward(batch, cluster, label, rules.suggest_id(label)));
  std::vector<std::string> corrections;
  const auto merged = [&](const v1::Label& known, v1::Label* next) -> absl::Status {
    RETURN_IF_ERROR(TakeCorrection(known, next));
    corrections = CorrectionsOf(known, *next);
    return absl::OkStatus();
  };
  ASSIGN_OR_RETURN(v1::ImportResponse result,
                   Upsert<v1::Label>(batch, rules, kLabelFields, match, std::move(label), merged));
  for (const std::string& correction : corrections) result.add_notes(correction);
  if (!note.empty()) result.add_notes(note);
  return result;
}

}  // namespace clusterwire::catalogue::registers
