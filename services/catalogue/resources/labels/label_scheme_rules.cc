#include "services/catalogue/resources/labels/label_scheme_rules.h"

#include <algorithm>
#include <set>

#include "libs/base/time/zone.h"
#include "libs/text/text.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/reminders.h"

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
    CheckPartId(PathTo(path, "id"), level.id(), seen, errors);
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

// A level that something is of stays: what that says would mean nothing any more.
absl::Status CheckHeldLevels(const v1::LabelScheme& before, const v1::LabelScheme& scheme,
                             const Context& context, FieldErrors& errors) {
  for (const v1::LabelLevel& level : before.levels()) {
    if (HasLevel(scheme, level.id())) continue;
    const std::string held = LevelUse(scheme.name(), level.id());
    ASSIGN_OR_RETURN(const auto holder,
                     FirstUser(context.reader, context.viewer,
                               [&](const std::string& use) { return use == held; }));
    if (!holder) continue;
    errors.Add("label_scheme.levels",
               absl::StrCat("'", level.id(), "' must stay: ", *holder, " is of that level"));
  }
  return absl::OkStatus();
}

absl::Status CheckSchemeUnused(const v1::LabelScheme& scheme, const Context& context) {
  return CheckUnused(context.reader, context.viewer, scheme.name(),
                     [&](const std::string& use) { return use == scheme.name(); });
}

absl::Status Check(const v1::LabelScheme* before, const v1::LabelScheme& scheme,
                   const Context& context, FieldErrors& errors) {
  CheckTitle("label_scheme.title", scheme.title(), errors);
  resource::CheckText(errors, "label_scheme.acronym", scheme.acronym(), 0, 50);
  resource::CheckText(errors, "label_scheme.summary", scheme.summary(), 0, 2000);
  if (!scheme.country().empty()) {
    CheckCountryOrEu("label_scheme.country", scheme.country(), context.book, errors);
  }
  CheckLevels(scheme, errors);
  if (before != nullptr) RETURN_IF_ERROR(CheckHeldLevels(*before, scheme, context, errors));
  CheckMonths("label_scheme.renewal_window_months", scheme.has_renewal_window_months(),
              scheme.renewal_window_months(), 0, errors);
  CheckReminderDays("label_scheme.reminder_days", scheme.reminder_days(), errors);
  resource::CheckText(errors, "label_scheme.issuer", scheme.issuer(), 0, 200);
  resource::CheckText(errors, "label_scheme.eligibility", scheme.eligibility(), 0, 2000);
  CheckUri("label_scheme.link", scheme.link(), errors);
  if (!scheme.time_zone().empty() && !IsTimeZone(scheme.time_zone())) {
    errors.Add(
        "label_scheme.time_zone",
        absl::StrCat("'", scheme.time_zone(), "' is no time zone; write one as Europe/Brussels"));
  }
  CheckPeriod("label_scheme.period", scheme.period(), errors);
  CheckOrigin("label_scheme", scheme.sources(), scheme.external_ids(), errors);
  return absl::OkStatus();
}

std::string SuggestId(const v1::LabelScheme& scheme) {
  return text::Slug(scheme.acronym().empty() ? scheme.title() : scheme.acronym());
}

}  // namespace

std::string LevelUse(std::string_view scheme, std::string_view level) {
  return absl::StrCat(ToAbsl(scheme), "/levels/", ToAbsl(level));
}

Rules<v1::LabelScheme> LabelSchemeRules() {
  return {.type = "label_scheme",
          .collection = "labelSchemes",
          .output_only = {"edited_fields"},
          .suggest_id = &SuggestId,
          .check = &Check,
          .check_unused = &CheckSchemeUnused};
}

}  // namespace clusterwire::catalogue
