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
    Entry& entry =
        entries_.emplace_back(Entry{code, in_book, {text::TokenSet({in_book.code->title()})}});
    for (const type::v1::LocalizedText& title : in_book.code->localized_titles()) {
      entry.names.push_back(text::TokenSet({title.text()}));
    }
  }
}

bool CodeIndex::Entry::BeginsWith(std::string_view query) const {
  return absl::StartsWithIgnoreCase(code, ToAbsl(query)) ||
         absl::StartsWithIgnoreCase(in_book.code->code(), ToAbsl(query));
}

bool CodeIndex::Entry::IsCalled(const std::vector<std::string>& words) const {
  if (words.empty()) return false;
  return std::any_of(names.begin(), names.end(), [&](const std::vector<std::string>& name) {
    return std::all_of(words.begin(), words.end(), [&](const std::string& word) {
      return std::binary_search(name.begin(), name.end(), word);
    });
  });
}

std::vector<v1::FoundCode> CodeIndex::Find(std::string_view query, std::string_view taxonomy,
                                           size_t limit) const {
  const std::vector<std::string> words = text::TokenSet({query});
  std::vector<const Entry*> found;
  for (const Entry& entry : entries_) {
    if (!taxonomy.empty() && entry.in_book.taxonomy->name() != taxonomy) continue;
    if (entry.BeginsWith(query) || entry.IsCalled(words)) found.push_back(&entry);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Entry* a, const Entry* b) { return a->code.size() < b->code.size(); });
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
