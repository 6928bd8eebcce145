#include "services/catalogue/resources/labels/label_checks.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/time/date.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/fields/checks.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kMaxRenewals = 50;

// The range of a date, or none when it is empty or can't be read: the check of dates says so.
std::optional<DayRange> RangeOf(const std::string& date) {
  const auto range = ParseDate(date);
  if (!range.ok()) return std::nullopt;
  return *range;
}

void CheckDates(const v1::Label& label, const Context& context, FieldErrors& errors) {
  CheckDate("label.assessed", label.assessed(), errors);
  CheckDate("label.awarded", label.awarded(), errors);
  CheckDate("label.announced", label.announced(), errors);
  CheckDate("label.valid_until", label.valid_until(), errors);
  CheckOrder("label.awarded", label.awarded(), "assessed", label.assessed(), errors);
  CheckOrder("label.announced", label.announced(), "awarded", label.awarded(), errors);
  CheckOrder("label.valid_until", label.valid_until(), "awarded", label.awarded(), errors);
  CheckOrder("label.valid_until", label.valid_until(), "assessed", label.assessed(), errors);
  CheckNotAhead("label.assessed", label.assessed(), context.now, errors);
  CheckNotAhead("label.awarded", label.awarded(), context.now, errors);
  CheckNotAhead("label.announced", label.announced(), context.now, errors);
}

void CheckRenewals(const v1::Label& label, const Context& context, FieldErrors& errors) {
  if (label.renewals_size() > kMaxRenewals) {
    errors.Add("label.renewals", absl::StrCat(label.renewals_size(), " of at most ", kMaxRenewals));
    return;
  }
  for (int i = 0; i < label.renewals_size(); ++i) {
    const v1::Renewal& renewal = label.renewals(i);
    const std::string path = PathTo("label", "renewals", i);
    CheckHappened(PathTo(path, "renewed"), renewal.renewed(), label, context.now, errors);
    if (i > 0) {
      CheckOrder(PathTo(path, "renewed"), renewal.renewed(), "the renewal before",
                 label.renewals(i - 1).renewed(), errors);
    }
    CheckDate(PathTo(path, "previous_valid_until"), renewal.previous_valid_until(), errors);
    const auto end = ParseDate(renewal.valid_until());
    errors.AddAll(PathTo(path, "valid_until"), end.status());
    const auto previous = RangeOf(renewal.previous_valid_until());
    if (end.ok() && previous && end->last <= previous->last) {
      errors.Add(PathTo(path, "valid_until"),
                 absl::StrCat("'", renewal.valid_until(), "' is not after the end so far '",
                              renewal.previous_valid_until(), "'"));
    }
    CheckDate(PathTo(path, "announced"), renewal.announced(), errors);
    CheckOrder(PathTo(path, "announced"), renewal.announced(), "renewed", renewal.renewed(),
               errors);
  }
}

}  // namespace

const v1::LabelScheme* CheckScheme(std::string_view path, const std::string& name,
                                   const CodeBook& book, FieldErrors& errors) {
  if (!CheckReference(path, "labelSchemes/{label_scheme}", name, errors)) return nullptr;
  const v1::LabelScheme* scheme = book.FindScheme(name);
  if (scheme != nullptr) return scheme;
  errors.Add(path, absl::StrCat("'", name, "' does not exist; write labelSchemes/ecei, or see ",
                                "LabelSchemeService/ListLabelSchemes"));
  return nullptr;
}

void CheckLevel(std::string_view path, const std::string& level, const v1::LabelScheme& scheme,
                FieldErrors& errors) {
  std::vector<std::string> levels;
  for (const v1::LabelLevel& known : scheme.levels()) {
    if (known.id() == level) return;
    levels.push_back(known.id());
  }
  if (levels.empty() && level.empty()) return;
  errors.Add(path, levels.empty() ? absl::StrCat(scheme.name(), " has no levels; leave it empty")
                                  : absl::StrCat("'", level, "' is no level of ", scheme.name(),
                                                 ": ", absl::StrJoin(levels, ", ")));
}

void CheckLabel(const v1::Label& label, const Context& context, FieldErrors& errors) {
  const v1::LabelScheme* scheme = CheckScheme("label.scheme", label.scheme(), context.book, errors);
  if (scheme != nullptr) CheckLevel("label.level", label.level(), *scheme, errors);
  CheckDates(label, context, errors);
  resource::CheckText(errors, "label.issuer", label.issuer(), 0, 200);
  CheckScore("label.score", label.score(), errors);
  resource::CheckText(errors, "label.title_then", label.title_then(), 0, 200);
  CheckRenewals(label, context, errors);
  if (label.has_revocation()) {
    CheckHappened("label.revocation.revoked", label.revocation().revoked(), label, context.now,
                  errors);
    resource::CheckText(errors, "label.revocation.reason", label.revocation().reason(), 1, 500);
  }
  CheckOrigin("label", label.sources(), label.external_ids(), errors);
}

void CheckScore(const std::string& path, const v1::Score& score, FieldErrors& errors) {
  CheckAtLeast(PathTo(path, "percent"), score.has_percent(), score.percent(), 0, errors);
  if (score.has_percent() && score.percent() > 100) {
    errors.Add(PathTo(path, "percent"), "must be at most 100");
  }
  CheckAtLeast(PathTo(path, "points"), score.has_points(), score.points(), 0, errors);
  CheckAtLeast(PathTo(path, "max_points"), score.has_max_points(), score.max_points(),
               score.points(), errors);
}

void CheckOrder(std::string_view later_path, const std::string& later,
                std::string_view earlier_path, const std::string& earlier, FieldErrors& errors) {
  const auto a = RangeOf(earlier);
  const auto b = RangeOf(later);
  if (a && b && b->last < a->first) {
    errors.Add(later_path,
               absl::StrCat("'", later, "' is before ", ToAbsl(earlier_path), " '", earlier, "'"));
  }
}

void CheckHappened(std::string_view path, const std::string& date, const v1::Label& label,
                   absl::Time now, FieldErrors& errors) {
  const auto range = ParseDate(date);
  errors.AddAll(path, range.status());
  CheckNotAhead(path, date, now, errors);
  const auto awarded = RangeOf(label.awarded());
  if (range.ok() && awarded && range->last < awarded->first) {
    errors.Add(path, absl::StrCat("'", date, "' is before the award '", label.awarded(), "'"));
  }
}

}  // namespace clusterwire::catalogue
