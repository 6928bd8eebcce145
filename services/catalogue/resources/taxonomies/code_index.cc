#include "services/catalogue/resources/taxonomies/code_index.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"
#include "libs/text/text.h"

namespace clusterwire::catalogue {

CodeIndex::CodeIndex(std::shared_ptr<const CodeBook> book) : book_(std::move(book)) {
  entries_.reserve(book_->entries().size());
  for (const auto& [code, in_book] : book_->entries()) {
    Entry& entry = entries_.emplace_back(Entry{code, in_book, {NameOf(in_book.code->title())}});
    for (const type::v1::LocalizedText& title : in_book.code->localized_titles()) {
      entry.names.push_back(NameOf(title.text()));
    }
    for (const std::string& name : in_book.code->other_names()) {
      entry.names.push_back(NameOf(name));
    }
  }
}

CodeIndex::Name CodeIndex::NameOf(std::string_view text) {
  return {text::TokenSet({text}), text::Words(text).size()};
}

bool CodeIndex::Name::Holds(const Name& other) const {
  return std::includes(spellings.begin(), spellings.end(), other.spellings.begin(),
                       other.spellings.end());
}

bool CodeIndex::Entry::BeginsWith(std::string_view query) const {
  return absl::StartsWithIgnoreCase(code, ToAbsl(query)) ||
         absl::StartsWithIgnoreCase(in_book.code->code(), ToAbsl(query));
}

bool CodeIndex::Entry::Is(std::string_view query, const Name& called) const {
  return absl::EqualsIgnoreCase(code, ToAbsl(query)) ||
         absl::EqualsIgnoreCase(in_book.code->code(), ToAbsl(query)) ||
         std::any_of(names.begin(), names.end(), [&](const Name& name) {
           return name.words == called.words && name.Holds(called);
         });
}

bool CodeIndex::Entry::IsCalled(const Name& called) const {
  return called.words > 0 && std::any_of(names.begin(), names.end(),
                                         [&](const Name& name) { return name.Holds(called); });
}

std::vector<v1::FoundCode> CodeIndex::Find(std::string_view query, std::string_view taxonomy,
                                           size_t limit) const {
  const Name called = NameOf(query);
  std::vector<const Entry*> found;
  for (const Entry& entry : entries_) {
    if (!taxonomy.empty() && entry.in_book.taxonomy->name() != taxonomy) continue;
    if (entry.BeginsWith(query) || entry.IsCalled(called)) found.push_back(&entry);
  }
  const auto rank = [&](const Entry* entry) {
    return std::pair(!entry->Is(query, called), entry->code.size());
  };
  std::stable_sort(found.begin(), found.end(),
                   [&](const Entry* a, const Entry* b) { return rank(a) < rank(b); });
  if (found.size() > limit) found.resize(limit);
  std::vector<v1::FoundCode> codes;
  for (const Entry* entry : found) {
    const auto& [list, code] = entry->in_book;
    v1::FoundCode& hit = codes.emplace_back();
    hit.set_code(entry->code);
    hit.set_title(code->title());
    if (!code->parent().empty()) hit.set_parent(absl::StrCat(list->list(), ":", code->parent()));
    hit.set_taxonomy(list->name());
  }
  return codes;
}

}  // namespace clusterwire::catalogue
