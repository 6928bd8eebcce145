#include "libs/search/segment/dictionary.h"

#include <algorithm>
#include <array>

namespace clusterwire::search {
namespace {

using filter::TermField;

constexpr char kTitleWord = 127;
static_assert(kBehindFacets[0] + static_cast<int>(TermField::kType) < kTitleWord);

// A term of this share of all documents or more takes less room as bits.
bool AsBits(size_t count, uint32_t documents) { return count > 1 && count > documents / 32; }

char PrefixOf(TermField field) {
  static const auto& prefixes = *new std::array<char, 256>([] {
    std::array<char, 256> all;
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(kBehindFacets[0] + i);
    for (const std::string_view name : filter::FacetFields()) {
      const auto number = static_cast<size_t>(filter::FacetFieldOf(name)->term);
      all[number] = static_cast<char>(number);
    }
    return all;
  }());
  return prefixes[static_cast<size_t>(field)];
}

}  // namespace

std::string TermKey(TermField field, std::string_view value) {
  return std::string(1, PrefixOf(field)).append(value);
}

std::string TitleWordKey(std::string_view word) { return std::string(1, kTitleWord).append(word); }

void Dictionary::Append(std::string_view key, std::span<const uint32_t> documents) {
  const auto count = static_cast<uint32_t>(documents.size());
  keys_ += key;
  starts_.push_back(static_cast<uint32_t>(keys_.size()));
  if (count == 1) {
    slots_.push_back({.count = 1, .at = documents.front()});
  } else if (AsBits(count, documents_)) {
    slots_.push_back({.count = count, .at = static_cast<uint32_t>(bits_.size())});
    bits_.resize(bits_.size() + WordsFor(documents_));
    uint64_t* const bits = bits_.data() + slots_.back().at;
    for (const uint32_t document : documents) SetBit(bits, document);
  } else {
    slots_.push_back({.count = count, .at = static_cast<uint32_t>(lists_.size())});
    const auto added = lists_.insert(lists_.end(), documents.begin(), documents.end());
    if (!std::is_sorted(added, lists_.end())) std::sort(added, lists_.end());
  }
}

void Dictionary::Seal() {
  keys_.shrink_to_fit();
  starts_.shrink_to_fit();
  slots_.shrink_to_fit();
  lists_.shrink_to_fit();
  bits_.shrink_to_fit();
}

Posting Dictionary::posting(uint32_t term) const {
  const Slot& slot = slots_[term];
  if (slot.count == 1) return {.count = 1, .list = {&slot.at, 1}, .bits = nullptr};
  if (AsBits(slot.count, documents_)) {
    return {.count = slot.count, .list = {}, .bits = bits_.data() + slot.at};
  }
  return {.count = slot.count, .list = {lists_.data() + slot.at, slot.count}, .bits = nullptr};
}

uint32_t Dictionary::From(std::string_view key) const {
  uint32_t low = 0;
  for (uint32_t high = size(); low < high;) {
    const uint32_t middle = low + (high - low) / 2;
    if (this->key(middle) < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::optional<Posting> Dictionary::Find(std::string_view key) const {
  const uint32_t term = From(key);
  if (term == size() || this->key(term) != key) return std::nullopt;
  return posting(term);
}

std::pair<uint32_t, uint32_t> Dictionary::BeginningWith(std::string_view beginning) const {
  // Behind all that begin so: no key, being UTF-8, has such a byte.
  return {From(beginning), From(std::string(beginning) + '\xFF')};
}

}  // namespace clusterwire::search
