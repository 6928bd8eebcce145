#include "libs/filter/fields.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"

#include "libs/base/text/names.h"
#include "libs/text/language_tag.h"

namespace clusterwire::filter {
namespace {

using type::v1::Filter;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsAlpha(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)); }
bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
// Bytes of other scripts count as printable; whether they are UTF-8 is asked apart.
bool IsPrintable(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; }
bool IsGraphic(char c) { return IsPrintable(c) && c != ' '; }

template <typename Is>
bool AllOf(std::string_view text, Is is) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is);
}

std::string Same(std::string_view value) { return std::string(value); }
std::string Lower(std::string_view value) {
  std::string lower(value);
  absl::AsciiStrToLower(&lower);
  return lower;
}
// The list's name alone: codes themselves have capitals, "nuts:DEA".
std::string LowerBeforeColon(std::string_view value) {
  const size_t colon = std::min(value.find(':'), value.size());
  return Lower(value.substr(0, colon)) + std::string(value.substr(colon));
}

bool IsSnakeCase(std::string_view value) {
  return AllOf(value, [](char c) { return IsLower(c) || IsDigit(c) || c == '_'; }) &&
         IsLower(value[0]);
}

bool IsListName(std::string_view value) {
  return AllOf(value, [](char c) { return IsLower(c) || IsDigit(c) || c == '-' || c == '_'; });
}

bool IsCode(std::string_view value) {
  const size_t colon = value.find(':');
  return colon != std::string_view::npos && IsListName(value.substr(0, colon)) &&
         AllOf(value.substr(colon + 1), IsGraphic);
}

bool IsLevel(std::string_view value) {
  const size_t colon = value.find(':');
  return colon != std::string_view::npos && IsListName(value.substr(0, colon)) &&
         IsListName(value.substr(colon + 1));
}

bool IsExternalId(std::string_view value) {
  const size_t colon = value.find(':');
  return colon != std::string_view::npos && AllOf(value.substr(0, colon), IsGraphic) &&
         AllOf(value.substr(colon + 1), IsPrintable);
}

bool IsResourceName(std::string_view value) {
  return !NameSegments(value).empty() && AllOf(value, IsGraphic);
}

bool IsProgramme(std::string_view value) {
  return value.starts_with("programmes/") && IsResourceName(value) &&
         std::count(value.begin(), value.end(), '/') == 1;
}

// As RFC 5646 recommends: language in lower case, script capitalised, region in capitals.
std::string FoldLanguage(std::string_view value) {
  std::string folded = Lower(value);
  for (size_t start = folded.find('-'); start != std::string::npos;) {
    const size_t next = folded.find('-', ++start);
    const size_t length = std::min(next, folded.size()) - start;
    const size_t capitals = length == 2 ? 2 : length == 4 && IsAlpha(folded[start]) ? 1 : 0;
    for (size_t i = start; i < start + capitals; ++i) {
      folded[i] = absl::ascii_toupper(static_cast<unsigned char>(folded[i]));
    }
    start = next;
  }
  return folded;
}

constexpr std::string_view kCodeForm = "a code with its list, like 'esca:ict' or 'nuts:DEA'";
constexpr std::string_view kLevelForm = "a level with its scheme, like 'ecei:silver'";
constexpr std::string_view kWordForm = "one word in lower case, like 'cluster' or 'label_scheme'";

constexpr std::array<ListField, 11> kListFields = {{
    {"types", 20, TermField::kType, &Filter::types, &Filter::mutable_types, Lower, IsSnakeCase,
     kWordForm},
    {"names", 50, TermField::kName, &Filter::names, &Filter::mutable_names, Same, IsResourceName,
     "a resource name, like 'clusters/silicon-saxony'"},
    {"sectors", 50, TermField::kCode, &Filter::sectors, &Filter::mutable_sectors, LowerBeforeColon,
     IsCode, kCodeForm},
    {"regions", 50, TermField::kCode, &Filter::regions, &Filter::mutable_regions, LowerBeforeColon,
     IsCode, kCodeForm},
    {"programmes", 50, TermField::kProgramme, &Filter::programmes, &Filter::mutable_programmes,
     Same, IsProgramme, "a programme's name, like 'programmes/go-cluster'"},
    {"label_levels", 20, TermField::kLabelLevel, &Filter::label_levels,
     &Filter::mutable_label_levels, Lower, IsLevel, kLevelForm},
    {"labels_held", 20, TermField::kLabelHeld, &Filter::labels_held, &Filter::mutable_labels_held,
     Lower, IsLevel, kLevelForm},
    {"kinds", 50, TermField::kKind, &Filter::kinds, &Filter::mutable_kinds, Lower, IsSnakeCase,
     kWordForm},
    {"states", 20, TermField::kState, &Filter::states, &Filter::mutable_states, Lower, IsSnakeCase,
     kWordForm},
    {"languages", 20, TermField::kLanguage, &Filter::languages, &Filter::mutable_languages,
     FoldLanguage, text::IsLanguageTag, "a BCP 47 language, like 'de' or 'pt-BR'"},
    {"external_ids", 50, TermField::kExternalId, &Filter::external_ids,
     &Filter::mutable_external_ids, Same, IsExternalId, "an id with its scheme, like 'eccp:123'"},
}};

}  // namespace

std::span<const ListField> ListFields() { return kListFields; }

}  // namespace clusterwire::filter
