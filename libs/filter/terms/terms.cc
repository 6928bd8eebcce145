#include "libs/filter/terms/terms.h"

#include <algorithm>

#include "libs/text/text.h"

namespace clusterwire::filter {
namespace {

using TermValues = std::vector<std::string_view>;

// Some letters weigh dozens of bytes; a page token carries the key. Titles that differ only behind
// so many are ordered by name.
constexpr size_t kMaxTitleKey = 1000;

TermValues One(std::string_view value) { return value.empty() ? TermValues{} : TermValues{value}; }

template <typename Repeated>
TermValues All(const Repeated& values) {
  return {values.begin(), values.end()};
}

TermValues NamesOf(const Facts& facts) {
  TermValues names = One(facts.name());
  // "clusters/x/labels/y" is under "clusters/x/labels", "clusters/x" and "clusters".
  for (std::string_view name = facts.name(); name.find('/') != name.npos;) {
    name = name.substr(0, name.rfind('/'));
    names.push_back(name);
  }
  names.insert(names.end(), facts.clusters().begin(), facts.clusters().end());
  names.insert(names.end(), facts.organisations().begin(), facts.organisations().end());
  names.insert(names.end(), facts.programmes().begin(), facts.programmes().end());
  if (!facts.parent().empty()) names.push_back(facts.parent());
  return names;
}

std::vector<std::string_view> TitleTexts(const Facts& facts) {
  std::vector<std::string_view> texts = {facts.title()};
  texts.insert(texts.end(), facts.names().begin(), facts.names().end());
  return texts;
}

uint32_t StrengthOf(const Facts& facts) {
  constexpr int kSizeBits = 24;
  const auto levels = std::min<uint32_t>(static_cast<uint32_t>(facts.label_levels_size()), 255);
  const int64_t size = std::clamp<int64_t>(facts.size(), 0, (1 << kSizeBits) - 1);
  return levels << kSizeBits | static_cast<uint32_t>(size);
}

}  // namespace

TermValues ValuesOf(TermField field, const Facts& facts) {
  switch (field) {
    case TermField::kAudience:
      return All(facts.audience().members());
    case TermField::kCode:
      return All(facts.codes());
    case TermField::kExternalId:
      return All(facts.external_ids());
    case TermField::kKind: {
      TermValues kinds = One(facts.kind());
      if (!facts.kind_code().empty()) kinds.push_back(facts.kind_code());
      return kinds;
    }
    case TermField::kLabelHeld:
      return All(facts.labels_held());
    case TermField::kLabelLevel:
      return All(facts.label_levels());
    case TermField::kLanguage:
      return All(facts.languages());
    case TermField::kName:
      return NamesOf(facts);
    case TermField::kProgramme:
      return All(facts.programmes());
    case TermField::kState:
      return One(facts.state());
    case TermField::kType:
      return One(facts.type());
    case TermField::kCell:
    case TermField::kEverybody:
    case TermField::kToken:
      break;
  }
  return {};
}

std::optional<DayRange> DaysOf(const type::v1::Period& period) {
  const auto days = ParsePeriod(period.start(), period.end());
  return days.ok() ? *days : std::nullopt;
}

std::optional<DayRange> DeadlineOf(const Facts& facts) {
  const auto days = ParseDate(facts.deadline());
  return days.ok() ? std::optional(*days) : std::nullopt;
}

std::vector<std::string_view> TextsOf(const Facts& facts) {
  std::vector<std::string_view> texts = TitleTexts(facts);
  texts.push_back(facts.summary());
  texts.push_back(facts.text());
  return texts;
}

std::vector<std::string> TokensOf(const Facts& facts) { return text::TokenSet(TextsOf(facts)); }

Columns ColumnsOf(const Facts& facts) {
  return {.tokens = TokensOf(facts),
          .title_tokens = text::TokenSet(TitleTexts(facts)),
          .period = DaysOf(facts.period()),
          .deadline = DeadlineOf(facts),
          .size = facts.has_size() ? std::optional(facts.size()) : std::nullopt,
          .title_key = text::SortKey(facts.title()).substr(0, kMaxTitleKey),
          .point = ExactPoint(facts.point()),
          .place = AnyPoint(facts.point()),
          .strength = StrengthOf(facts)};
}

}  // namespace clusterwire::filter
