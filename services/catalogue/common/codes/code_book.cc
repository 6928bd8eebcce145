#include "services/catalogue/common/codes/code_book.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/resource/page.h"

namespace clusterwire::catalogue {
absl::StatusOr<std::shared_ptr<const CodeBook>> CodeBook::Read(const store::Reader& reader) {
  auto book = std::make_shared<CodeBook>();
  RETURN_IF_ERROR(
      resource::ForEach(reader, {.type = "taxonomy"}, [&](const store::Scanned& scanned) {
        auto& taxonomy = static_cast<v1::Taxonomy&>(*scanned.resource);
        book->taxonomies_.push_back(std::make_unique<v1::Taxonomy>(std::move(taxonomy)));
        return true;
      }));
  RETURN_IF_ERROR(
      resource::ForEach(reader, {.type = "label_scheme"}, [&](const store::Scanned& scanned) {
        auto& scheme = static_cast<v1::LabelScheme&>(*scanned.resource);
        book->schemes_.emplace(store::NameOf(scheme), std::move(scheme));
        return true;
      }));
  for (const auto& taxonomy : book->taxonomies_) {
    for (const v1::TaxonomyCode& code : taxonomy->codes()) {
      book->entries_.emplace(absl::StrCat(taxonomy->list(), ":", code.code()),
                             Entry{taxonomy.get(), &code});
    }
  }
  return book;
}

absl::StatusOr<std::shared_ptr<const CodeBook>> CodeBook::Of(const store::Writer& writer) {
  return facts::CodesIn<CodeBook>(writer);
}

std::vector<std::string> CodeBook::WithAncestors(std::string_view code) const {
  std::vector<std::string> codes = {std::string(code)};
  // A list's parents stand before their children (a rule of Taxonomy), so this ends.
  for (const Entry* entry = Find(code); entry != nullptr && !entry->code->parent().empty();) {
    codes.push_back(absl::StrCat(entry->taxonomy->list(), ":", entry->code->parent()));
    entry = Find(codes.back());
  }
  return codes;
}

std::vector<std::string> CodeBook::LevelsUpTo(std::string_view level) const {
  const size_t colon = level.find(':');
  if (colon == std::string_view::npos) return {std::string(level)};
  const v1::LabelScheme* scheme =
      FindScheme(absl::StrCat("labelSchemes/", ToAbsl(level.substr(0, colon))));
  std::vector<std::string> levels;
  if (scheme != nullptr) {
    for (const v1::LabelLevel& lower : scheme->levels()) {
      levels.push_back(LevelCode(scheme->name(), lower.id()));
      if (levels.back() == level) return levels;
    }
  }
  return {std::string(level)};
}

std::string CodeBook::TitleOf(std::string_view code) const {
  const size_t colon = std::min(code.find(':'), code.size());
  if (code.substr(0, colon) == kNamedList) {
    return absl::StrReplaceAll(ToAbsl(code.substr(colon + 1)), {{"-", " "}});
  }
  const Entry* entry = Find(code);
  if (entry == nullptr) return "";
  for (const type::v1::LocalizedText& title : entry->code->localized_titles()) {
    if (title.language() == "en") return title.text();
  }
  return entry->code->title();
}

std::string CodeBook::TitleOfLevel(std::string_view level) const {
  const size_t colon = std::min(level.find(':'), level.size());
  const v1::LabelScheme* scheme =
      FindScheme(absl::StrCat("labelSchemes/", ToAbsl(level.substr(0, colon))));
  if (scheme == nullptr) return "";
  const std::string& prefix = scheme->acronym().empty() ? scheme->title() : scheme->acronym();
  for (const v1::LabelLevel& known : scheme->levels()) {
    if (LevelCode(scheme->name(), known.id()) == level) {
      return absl::StrCat(prefix, " ", known.title());
    }
  }
  return "";
}

std::string CodeBook::TitleOfLabel(const std::string& scheme, const std::string& level) const {
  std::string title = TitleOfLevel(LevelCode(scheme, level));
  if (!title.empty()) return title;
  const v1::LabelScheme* known = FindScheme(scheme);
  const std::string& prefix = known == nullptr           ? scheme
                              : known->acronym().empty() ? known->title()
                                                         : known->acronym();
  return level.empty() ? prefix : absl::StrCat(prefix, " ", level);
}

const CodeBook::Entry* CodeBook::Find(std::string_view code) const {
  const auto found = entries_.find(code);
  return found == entries_.end() ? nullptr : &found->second;
}

const v1::Taxonomy* CodeBook::FindList(std::string_view list) const {
  const auto found = std::find_if(taxonomies_.begin(), taxonomies_.end(),
                                  [&](const auto& taxonomy) { return taxonomy->list() == list; });
  return found == taxonomies_.end() ? nullptr : found->get();
}

const v1::LabelScheme* CodeBook::FindScheme(std::string_view name) const {
  const auto found = schemes_.find(name);
  return found == schemes_.end() ? nullptr : &found->second;
}

std::vector<std::string> CountryCodes(std::string_view country) {
  if (country.empty() || country == "EU") return {};
  std::string_view nuts = country;
  if (country == "GR") nuts = "EL";
  if (country == "GB") nuts = "UK";
  return {absl::StrCat("iso:", ToAbsl(country)), absl::StrCat("nuts:", ToAbsl(nuts))};
}

std::string LevelCode(std::string_view scheme, std::string_view level) {
  return absl::StrCat(ToAbsl(scheme.substr(scheme.find('/') + 1)), ":", ToAbsl(level));
}

}  // namespace clusterwire::catalogue
