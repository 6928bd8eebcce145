#include "services/catalogue/import/registers/programme_terms_fields.h"

#include <initializer_list>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/status/error.h"
#include "services/catalogue/common/fields/checks.h"

namespace clusterwire::catalogue::registers {
namespace {

using google::protobuf::Message;

constexpr Field kRangeFields[] = {{"min"}, {"max"}};
constexpr Field kSize = {"size", "size", ReadObject<kRangeFields>};
// All that a filter may ask of a cluster, but for circles.
constexpr Field kExcludedFields[] = {
    {"names"},  {"sectors"}, {"regions"},   {"programmes"},   {"label_levels"}, {"labels_held"},
    {"states"}, kSize,       {"languages"}, {"external_ids"}, {"words"}};
constexpr Field kFilterFields[] = {
    {"names"},        {"sectors"},
    {"regions"},      {"programmes"},
    {"label_levels"}, {"labels_held"},
    {"states"},       kSize,
    {"languages"},    {"external_ids"},
    {"words"},        {"none_of", "none_of", ReadObjects<kExcludedFields>}};

// One of several ways to say something, since a resource keeps only the last one.
void RefuseTwo(JsonRecord& record, std::initializer_list<const char*> ways) {
  std::vector<std::string> said;
  for (const char* way : ways) {
    if (record.Has(way)) said.emplace_back(way);
  }
  if (said.size() > 1) {
    record.AddError(said[1], absl::StrCat("stands beside ", said[0], "; write one of ",
                                          absl::StrJoin(ways, ", ")));
  }
}

void ReadCheck(JsonRecord& record, const Field&, Message* criterion) {
  constexpr Field kChecks[] = {{"filter", "filter", ReadObject<kFilterFields>},
                               {"measure", "measure", ReadWord},
                               {"by_hand"}};
  RefuseTwo(record, {"filter", "measure", "by_hand"});
  ReadFields(record, kChecks, criterion);
}

constexpr Field kCriterionFields[] = {{"id"},          {"group", "group", ReadWord}, {"title"},
                                      {"description"}, {"", "", ReadCheck},          {"minimum"},
                                      {"waivable"},    {"waived_for_members_of"}};

constexpr Field kAdmissionFields[] = {
    {"takes_applications"}, {"consultation_first"}, {"lists_drafts"}};

constexpr Field kDutyFields[] = {{"scheme"},
                                 {"level"},
                                 {"since", "since", ReadDate},
                                 {"new_member_grace_months"},
                                 {"expiry_grace_months"},
                                 {"description"}};

constexpr Field kMoneyFields[] = {{"currency_code"}, {"units"}, {"nanos"}};

void ReadExtent(JsonRecord& record, const Field&, Message* offering) {
  constexpr Field kExtents[] = {{"share_percent"}, {"amount", "amount", ReadObject<kMoneyFields>}};
  RefuseTwo(record, {"share_percent", "amount"});
  ReadFields(record, kExtents, offering);
}

constexpr Field kOfferingFields[] = {{"id"},
                                     {"kind", "kind", ReadWord},
                                     {"title"},
                                     {"description"},
                                     {"scheme"},
                                     {"levels"},
                                     {"", "", ReadExtent},
                                     {"recipients", "recipients", ReadObject<kFilterFields>}};

}  // namespace

void ReadCriteria(JsonRecord& record, const Field& field, Message* programme) {
  ReadEach(record, field, kCriterionFields, programme);
}

void ReadAdmission(JsonRecord& record, const Field& field, Message* programme) {
  ReadOne(record, field, kAdmissionFields, programme);
}

void ReadDuty(JsonRecord& record, const Field& field, Message* programme) {
  ReadOne(record, field, kDutyFields, programme);
  const auto& duty = static_cast<const v1::Programme&>(*programme).duty();
  // Without it each import would begin the duty anew.
  if (record.Has(field.key) && duty.since().empty()) {
    record.AddError("duty.since", "is required: since when it is a duty");
  }
}

void ReadOfferings(JsonRecord& record, const Field& field, Message* programme) {
  ReadEach(record, field, kOfferingFields, programme);
}

absl::StatusOr<std::string> MissingIn(const v1::Programme& programme, const store::Reader& reader) {
  std::vector<std::pair<std::string, std::string>> named;  // path and name
  for (int i = 0; i < programme.criteria_size(); ++i) {
    const v1::Criterion& criterion = programme.criteria(i);
    for (const auto* names :
         {&criterion.waived_for_members_of(), &criterion.filter().programmes()}) {
      for (const std::string& name : *names) {
        named.emplace_back(absl::StrCat("criteria[", i, "]"), name);
      }
    }
  }
  if (programme.has_duty()) named.emplace_back("duty.scheme", programme.duty().scheme());
  for (int i = 0; i < programme.offerings_size(); ++i) {
    const std::string& scheme = programme.offerings(i).scheme();
    if (!scheme.empty()) named.emplace_back(absl::StrCat("offerings[", i, "].scheme"), scheme);
  }
  for (const auto& [path, name] : named) {
    FieldErrors form;  // what is no name is for the rules to refuse
    const bool scheme = path.ends_with("scheme");
    const char* pattern = scheme ? "labelSchemes/{label_scheme}" : "programmes/{programme}";
    if (!CheckReference(path, pattern, name, form)) continue;
    const absl::Status found = scheme ? reader.Get<v1::LabelScheme>(name).status()
                                      : reader.Get<v1::Programme>(name).status();
    if (absl::IsNotFound(found)) {
      return absl::StrCat(path, ": '", name, "' is not here and none of this import");
    }
    RETURN_IF_ERROR(found);
  }
  return std::string();
}

}  // namespace clusterwire::catalogue::registers
