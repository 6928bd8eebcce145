#include "libs/filter/terms/columns.h"

#include <array>

#include "libs/text/text.h"

namespace clusterwire::filter {
namespace {

using Values = std::vector<std::string>;

// Some letters weigh dozens of bytes; a page token carries the key. Titles that differ only behind
// so many are ordered by name.
constexpr size_t kMaxTitleKey = 1000;

// The lists whose codes are places; all others hold sectors.
bool IsRegion(std::string_view code) {
  return code.starts_with("nuts:") || code.starts_with("iso:");
}

Values One(const std::string& value) { return value.empty() ? Values{} : Values{value}; }

template <typename Repeated>
Values All(const Repeated& values) {
  return {values.begin(), values.end()};
}

Values Codes(const Facts& facts, bool regions) {
  Values values;
  for (const std::string& code : facts.codes()) {
    if (IsRegion(code) == regions) values.push_back(code);
  }
  return values;
}

struct FacetField {
  std::string_view name;
  Values (*values)(const Facts&);
};

constexpr std::array<FacetField, 9> kFacetFields = {{
    {"types", [](const Facts& facts) { return One(facts.type()); }},
    {"sectors", [](const Facts& facts) { return Codes(facts, /*regions=*/false); }},
    {"regions", [](const Facts& facts) { return Codes(facts, /*regions=*/true); }},
    {"programmes", [](const Facts& facts) { return All(facts.programmes()); }},
    {"label_levels", [](const Facts& facts) { return All(facts.label_levels()); }},
    {"labels_held", [](const Facts& facts) { return All(facts.labels_held()); }},
    {"kinds", [](const Facts& facts) { return One(facts.kind()); }},
    {"states", [](const Facts& facts) { return One(facts.state()); }},
    {"languages", [](const Facts& facts) { return All(facts.languages()); }},
}};

std::vector<std::string_view> TitleTexts(const Facts& facts) {
  std::vector<std::string_view> texts = {facts.title()};
  texts.insert(texts.end(), facts.names().begin(), facts.names().end());
  return texts;
}

}  // namespace

std::optional<DayRange> PeriodOf(const Facts& facts) {
  if (!facts.has_period()) return std::nullopt;
  const auto days = ParsePeriod(facts.period().start(), facts.period().end());
  return days.ok() ? *days : std::nullopt;
}

std::optional<DayRange> DeadlineOf(const Facts& facts) {
  if (facts.deadline().empty()) return std::nullopt;
  const auto days = ParseDate(facts.deadline());
  return days.ok() ? std::optional(*days) : std::nullopt;
}

std::vector<std::string> TokensOf(const Facts& facts) {
  std::vector<std::string_view> texts = TitleTexts(facts);
  texts.push_back(facts.summary());
  texts.push_back(facts.text());
  return text::TokenSet(texts);
}

const std::vector<std::string_view>& FacetFields() {
  static const auto& fields = *new std::vector<std::string_view>([] {
    std::vector<std::string_view> names;
    for (const FacetField& field : kFacetFields) names.push_back(field.name);
    return names;
  }());
  return fields;
}

Columns ColumnsOf(const Facts& facts) {
  Columns columns;
  columns.tokens = TokensOf(facts);
  columns.title_tokens = text::TokenSet(TitleTexts(facts));
  for (const FacetField& field : kFacetFields) {
    columns.facets.emplace_back(field.name, field.values(facts));
  }
  columns.period = PeriodOf(facts);
  columns.deadline = DeadlineOf(facts);
  if (facts.has_size()) columns.size = facts.size();
  columns.title_key = text::SortKey(facts.title()).substr(0, kMaxTitleKey);
  if (facts.has_point()) columns.point = ExactPoint(facts.point());
  return columns;
}

}  // namespace clusterwire::filter
