#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"

#include "libs/base/text/strings.h"
#include "libs/filter/clauses.h"
#include "libs/text/form.h"
#include "libs/text/text.h"

namespace clusterwire::filter {
namespace {

template <typename Is>
bool AllOf(std::string_view text, Is is) {
  return !text.empty() && std::ranges::all_of(text, is);
}

// Bytes of other scripts count as printable; whether they are UTF-8 is asked apart.
bool IsPrintable(std::string_view text) {
  return AllOf(text, [](unsigned char c) { return c >= 0x20 && c != 0x7F; });
}
bool IsGraphic(std::string_view text) { return IsPrintable(text) && text.find(' ') == text.npos; }

std::string Same(std::string_view value) { return std::string(value); }
// The register's name alone: what its ids are is its own business.
std::string LowerBeforeColon(std::string_view value) {
  const size_t colon = std::min(value.find(':'), value.size());
  return text::WordForm(value.substr(0, colon)) + std::string(value.substr(colon));
}

bool IsListName(std::string_view value) {
  return AllOf(value, [](unsigned char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-' || c == '_';
  });
}
bool IsSnakeCase(std::string_view value) {
  return IsListName(value) && value.find('-') == value.npos &&
         absl::ascii_islower(static_cast<unsigned char>(value[0]));
}

template <typename IsHead, typename IsTail>
bool IsPair(std::string_view value, IsHead is_head, IsTail is_tail) {
  const size_t colon = value.find(':');
  return colon != value.npos && is_head(value.substr(0, colon)) && is_tail(value.substr(colon + 1));
}
bool IsCode(std::string_view value) { return IsPair(value, IsListName, IsGraphic); }
bool IsLevel(std::string_view value) { return IsPair(value, IsListName, IsListName); }
// Of a label also with its scheme: "silver" and "ecei:silver".
bool IsKind(std::string_view value) { return IsListName(value) || IsLevel(value); }
bool IsExternalId(std::string_view value) { return IsPair(value, IsGraphic, IsPrintable); }

// The lists whose codes are places; all others hold sectors.
bool IsRegion(std::string_view code) {
  return code.starts_with("nuts:") || code.starts_with("iso:");
}

bool IsResourceName(std::string_view value) {
  return !NameSegments(value).empty() && IsGraphic(value);
}

bool IsProgramme(std::string_view value) {
  return value.starts_with("programmes/") && IsResourceName(value) &&
         std::count(value.begin(), value.end(), '/') == 1;
}

constexpr std::string_view kCodeForm = "a code with its list, like 'esca:ict' or 'nuts:DEA'";
constexpr std::string_view kLevelForm = "a level with its scheme, like 'ecei:silver'";
constexpr std::string_view kWordForm = "one word in lower case, like 'cluster' or 'label_scheme'";

constexpr std::array<ListField, 11> kListFields = {{
    {"types", 20, TermField::kType, &Filter::types, &Filter::mutable_types, text::WordForm,
     IsSnakeCase, kWordForm},
    {"names", 50, TermField::kName, &Filter::names, &Filter::mutable_names, Same, IsResourceName,
     "a resource name, like 'clusters/silicon-saxony'"},
    {"sectors", 50, TermField::kCode, &Filter::sectors, &Filter::mutable_sectors, text::CodeForm,
     IsCode, kCodeForm},
    {"regions", 50, TermField::kCode, &Filter::regions, &Filter::mutable_regions, text::CodeForm,
     IsCode, kCodeForm},
    {"programmes", 50, TermField::kProgramme, &Filter::programmes, &Filter::mutable_programmes,
     Same, IsProgramme, "a programme's name, like 'programmes/go-cluster'"},
    {"label_levels", 20, TermField::kLabelLevel, &Filter::label_levels,
     &Filter::mutable_label_levels, text::WordForm, IsLevel, kLevelForm},
    {"labels_held", 20, TermField::kLabelHeld, &Filter::labels_held, &Filter::mutable_labels_held,
     text::WordForm, IsLevel, kLevelForm},
    {"kinds", 50, TermField::kKind, &Filter::kinds, &Filter::mutable_kinds, text::WordForm, IsKind,
     "a kind in lower case, like 'conference', 'silver' or 'ecei:silver'"},
    {"states", 20, TermField::kState, &Filter::states, &Filter::mutable_states, text::WordForm,
     IsSnakeCase, kWordForm},
    {"languages", 20, TermField::kLanguage, &Filter::languages, &Filter::mutable_languages,
     text::LanguageForm, text::IsLanguageTag, "a BCP 47 language, like 'de' or 'pt-BR'"},
    {"external_ids", 50, TermField::kExternalId, &Filter::external_ids,
     &Filter::mutable_external_ids, LowerBeforeColon, IsExternalId,
     "an id with its scheme, like 'eccp:123'"},
}};

bool Any(std::string_view /*value*/) { return true; }
bool IsSector(std::string_view code) { return !IsRegion(code); }

constexpr std::pair<std::string_view, FacetField> kFacetFields[] = {
    {"types", {TermField::kType, Any}},
    {"sectors", {TermField::kCode, IsSector}},
    {"regions", {TermField::kCode, IsRegion}},
    {"programmes", {TermField::kProgramme, Any}},
    {"label_levels", {TermField::kLabelLevel, Any}},
    {"labels_held", {TermField::kLabelHeld, Any}},
    {"kinds", {TermField::kKind, Any}},
    {"states", {TermField::kState, Any}},
    {"languages", {TermField::kLanguage, Any}},
};

}  // namespace

std::span<const ListField> ListFields() { return kListFields; }

const std::vector<std::string_view>& FacetFields() {
  static const auto& fields = *new std::vector<std::string_view>([] {
    std::vector<std::string_view> names;
    for (const auto& [name, field] : kFacetFields) names.push_back(name);
    return names;
  }());
  return fields;
}

const FacetField* FacetFieldOf(std::string_view field) {
  const auto* const found =
      std::ranges::find(kFacetFields, field, &std::pair<std::string_view, FacetField>::first);
  return found == std::end(kFacetFields) ? nullptr : &found->second;
}

std::vector<std::string_view> FacetValues(std::string_view field, const Facts& facts) {
  const auto list = std::ranges::find(kListFields, field, &ListField::name);
  if (list == kListFields.end()) return {};
  std::vector<std::string_view> values = ValuesOf(list->term, facts);
  if (list->term == TermField::kCode) {
    std::erase_if(values,
                  [&](std::string_view code) { return IsRegion(code) != (field == "regions"); });
  }
  return values;
}

}  // namespace clusterwire::filter
