#include "services/catalogue/resources/labels/label_scheme_rules.h"

#include <algorithm>
#include <set>

#include "clusterwire/catalogue/v1/label.pb.h"

#include "libs/text/text.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/access/uses.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kMaxLevels = 20;
constexpr int kMaxMonths = 1200;

void CheckMonths(std::string_view path, bool has, int months, int least, FieldErrors& errors) {
  if (has && (months < least || months > kMaxMonths)) {
    errors.Add(path, absl::StrCat("must be from ", least, " to ", kMaxMonths, " months"));
  }
}

void CheckLevels(const v1::LabelScheme& scheme, FieldErrors& errors) {
  if (scheme.levels_size() > kMaxLevels) {
    errors.Add("label_scheme.levels",
               absl::StrCat(scheme.levels_size(), " of at most ", kMaxLevels));
  }
  std::set<std::string> seen;
  for (int i = 0; i < scheme.levels_size(); ++i) {
    const v1::LabelLevel& level = scheme.levels(i);
    const std::string path = PathTo("label_scheme", "levels", i);
    if (!resource::IsId(level.id())) {
      errors.Add(PathTo(path, "id"),
                 absl::StrCat("'", level.id(), "' must be lower case letters, digits and '-'"));
    } else if (!seen.insert(level.id()).second) {
      errors.Add(PathTo(path, "id"), absl::StrCat("'", level.id(), "' is there twice"));
    }
    CheckTitle(PathTo(path, "title"), level.title(), errors);
    CheckMonths(PathTo(path, "first_validity_months"), level.has_first_validity_months(),
                level.first_validity_months(), 1, errors);
    CheckMonths(PathTo(path, "renewal_validity_months"), level.has_renewal_validity_months(),
                level.renewal_validity_months(), 1, errors);
  }
}

bool HasLevel(const v1::LabelScheme& scheme, const std::string& id) {
  const auto& levels = scheme.levels();
  return std::any_of(levels.begin(), levels.end(),
                     [&](const v1::LabelLevel& level) { return level.id() == id; });
}

// A level that labels hold stays: what they say would mean nothing any more.
void CheckHeldLevels(const v1::LabelScheme& before, const v1::LabelScheme& scheme,
                     const Context& context, FieldErrors& errors) {
  for (const v1::LabelLevel& level : before.levels()) {
    if (HasLevel(scheme, level.id())) continue;
    const auto holder = FirstUser<v1::Label>(context.reader, "label", [&](const v1::Label& label) {
      return label.scheme() == scheme.name() && label.level() == level.id();
    });
    if (!holder.ok()) {
      errors.AddAll("label_scheme.levels", holder.status());
    } else if (!holder->empty()) {
      errors.Add("label_scheme.levels",
                 absl::StrCat("'", level.id(), "' must stay: ", *holder, " is of that level"));
    }
  }
}

absl::Status CheckSchemeUnused(const v1::LabelScheme& scheme, const Context& context) {
  ASSIGN_OR_RETURN(const std::string user,
                   FirstUser<v1::Label>(context.reader, "label", [&](const v1::Label& label) {
                     return label.scheme() == scheme.name();
                   }));
  return CheckUnused(scheme.name(), user);
}

void Check(const v1::LabelScheme* before, const v1::LabelScheme& scheme, const Context& context,
           FieldErrors& errors) {
  CheckTitle("label_scheme.title", scheme.title(), errors);
  resource::CheckText(errors, "label_scheme.acronym", scheme.acronym(), 0, 50);
  resource::CheckText(errors, "label_scheme.summary", scheme.summary(), 0, 2000);
  if (!scheme.country().empty()) {
    CheckCountryOrEu("label_scheme.country", scheme.country(), context.book, errors);
  }
  CheckLevels(scheme, errors);
  if (before != nullptr) CheckHeldLevels(*before, scheme, context, errors);
  CheckMonths("label_scheme.renewal_window_months", scheme.has_renewal_window_months(),
              scheme.renewal_window_months(), 0, errors);
  resource::CheckText(errors, "label_scheme.issuer", scheme.issuer(), 0, 200);
  resource::CheckText(errors, "label_scheme.eligibility", scheme.eligibility(), 0, 2000);
  CheckUri("label_scheme.link", scheme.link(), errors);
  if (!scheme.time_zone().empty() && !IsTimeZone(scheme.time_zone())) {
    errors.Add("label_scheme.time_zone",
               absl::StrCat("'", scheme.time_zone(), "' is no time zone; write Europe/Brussels"));
  }
  CheckPeriod("label_scheme.period", scheme.period(), errors);
  CheckOrigin("label_scheme", scheme.sources(), scheme.external_ids(), errors);
}

std::string SuggestId(const v1::LabelScheme& scheme) {
  return text::Slug(scheme.acronym().empty() ? scheme.title() : scheme.acronym());
}

}  // namespace

Rules<v1::LabelScheme> LabelSchemeRules() {
  return {.type = "label_scheme",
          .collection = "labelSchemes",
          .created = change::v1::CHANGE_KIND_LABEL_SCHEME_CREATED,
          .updated = change::v1::CHANGE_KIND_LABEL_SCHEME_UPDATED,
          .deleted = change::v1::CHANGE_KIND_LABEL_SCHEME_DELETED,
          .undeleted = change::v1::CHANGE_KIND_LABEL_SCHEME_UNDELETED,
          .output_only = {"edited_fields"},
          .create_only = {},
          .suggest_id = &SuggestId,
          .check = &Check,
          .check_unused = &CheckSchemeUnused};
}

}  // namespace clusterwire::catalogue
