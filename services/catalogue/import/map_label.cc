#include "absl/strings/str_cat.h"

#include "libs/base/status/status_macros.h"
#include "services/catalogue/import/line.h"
#include "services/catalogue/import/mapping.h"
#include "services/catalogue/import/provenance.h"

namespace clusterwire::catalogue::registers {
namespace {

void ReadScore(Line& line, v1::Label* label) {
  const auto percent = line.Number("score_percent");
  const auto points = line.Number("score_points");
  const auto max_points = line.Number("score_max");
  if (percent) label->mutable_score()->set_percent(*percent);
  if (points) label->mutable_score()->set_points(*points);
  if (max_points) label->mutable_score()->set_max_points(*max_points);
}

// What tells one award of a cluster from another: scheme, level and the first date that is known.
std::string KeyOf(const LabelRecord& record) {
  std::string key = absl::StrCat(record.scheme, "/", record.level);
  const v1::Label& label = record.label;
  for (const std::string* date :
       {&label.awarded(), &label.assessed(), &label.announced(), &label.valid_until()}) {
    if (!date->empty()) return absl::StrCat(key, "/", *date);
  }
  return key;
}

}  // namespace

absl::StatusOr<LabelRecord> MapLabel(std::string_view json, const std::string& read_date) {
  ASSIGN_OR_RETURN(Line line, Line::Parse(json));
  LabelRecord record;
  record.cluster = line.RequiredText("cluster");
  record.country = line.RequiredText("country");
  record.scheme = line.RequiredText("scheme");
  record.level = line.Text("level");
  v1::Label& label = record.label;
  label.set_awarded(line.Date("awarded"));
  label.set_announced(line.Date("announced"));
  label.set_assessed(line.Date("assessed"));
  label.set_valid_until(line.Date("valid_until"));
  label.set_issuer(line.Text("issuer"));
  ReadScore(line, &label);
  const auto renewal = line.Flag("renewal");
  label.set_renewal(renewal.value_or(false));
  label.set_title_then(line.Text("name_then"));

  Provenance provenance(line, read_date);
  // The resource can't tell "no" from "not said".
  if (renewal == false) provenance.Keep("renewal", "false");
  *label.mutable_sources() = provenance.sources();
  AddExternalId(kImportScheme, KeyOf(record), label.mutable_external_ids());
  RETURN_IF_ERROR(line.Finish());
  return record;
}

}  // namespace clusterwire::catalogue::registers
