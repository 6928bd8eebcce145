#include "libs/search/segment/segment.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "absl/container/flat_hash_map.h"

#include "libs/base/text/strings.h"
#include "libs/base/time/date.h"

namespace clusterwire::search {
namespace {

using filter::TermField;

// Smaller segments are merged soon; fields are kept once from here on.
constexpr uint32_t kKeepOnceFrom = 4096;

std::vector<std::string> KeysOf(const Facts& facts, const filter::Columns& columns) {
  std::vector<std::string> keys;
  for (auto field = TermField::kAudience; field <= TermField::kType;
       field = static_cast<TermField>(static_cast<int>(field) + 1)) {
    for (const std::string_view value : filter::ValuesOf(field, facts)) {
      // Its own name a document is found by without a term.
      if (field != TermField::kName || value != facts.name()) keys.push_back(TermKey(field, value));
    }
  }
  if (filter::Sees(filter::Viewer::Public(), facts)) {
    keys.push_back(TermKey(TermField::kEverybody, ""));
  }
  for (const std::string& word : columns.tokens) keys.push_back(TermKey(TermField::kToken, word));
  for (const std::string& word : columns.title_tokens) keys.push_back(TitleWordKey(word));
  std::ranges::sort(keys);
  const auto repeated = std::ranges::unique(keys);
  keys.erase(repeated.begin(), repeated.end());
  return keys;
}

Numbers NumbersOf(const filter::Columns& columns) {
  const auto few = [](size_t count) { return static_cast<uint8_t>(std::min<size_t>(count, 255)); };
  return {.size = columns.size.value_or(Numbers::kNoSize),
          .period = Numbers::Days::Of(columns.period),
          .deadline = Numbers::Days::Of(columns.deadline),
          .title_words = few(columns.title_tokens.size()),
          .words = few(columns.tokens.size())};
}

// The keys of documents in their order, each once, with the documents that have it.
Dictionary DictionaryOf(const std::vector<Document>& documents) {
  absl::flat_hash_map<absl::string_view, uint32_t> numbers;
  std::vector<absl::string_view> keys;
  std::vector<std::pair<uint32_t, uint32_t>> pairs;  // number of a key, document
  for (uint32_t ordinal = 0; ordinal < documents.size(); ++ordinal) {
    for (const std::string& key : documents[ordinal].keys) {
      const auto [at, first] = numbers.try_emplace(key, static_cast<uint32_t>(keys.size()));
      if (first) keys.push_back(key);
      pairs.emplace_back(at->second, ordinal);
    }
  }
  std::vector<uint32_t> ends(keys.size() + 1);
  for (const auto& [number, ordinal] : pairs) ++ends[number + 1];
  for (size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
  std::vector<uint32_t> filled(ends.begin(), ends.end() - 1);
  std::vector<uint32_t> lists(pairs.size());
  for (const auto& [number, ordinal] : pairs) lists[filled[number]++] = ordinal;
  std::vector<uint32_t> order(keys.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](uint32_t number) { return ToStd(keys[number]); });
  Dictionary dictionary(static_cast<uint32_t>(documents.size()));
  for (const uint32_t number : order) {
    dictionary.Append(ToStd(keys[number]),
                      std::span(lists).subspan(ends[number], ends[number + 1] - ends[number]));
  }
  dictionary.Seal();
  return dictionary;
}

}  // namespace

absl::StatusOr<Document> Document::Read(const std::string& name, const std::string& facts) {
  Facts read;
  if (!read.ParseFromString(facts)) return absl::DataLossError("stored Facts can't be read");
  read.set_name(name);
  Document document{.name = name, .facts = {}, .columns = filter::ColumnsOf(read), .keys = {}};
  document.keys = KeysOf(read, document.columns);
  read.clear_name();
  read.SerializeToString(&document.facts);
  return document;
}

Numbers::Days Numbers::Days::Of(const std::optional<DayRange>& days) {
  if (!days) return {};
  return {.first = static_cast<int32_t>(days->first - FirstDay()),
          .last = static_cast<int32_t>(days->last - FirstDay())};
}

FacetTerms::FacetTerms(const Dictionary& terms, uint32_t documents) : starts_(documents + 1) {
  const uint32_t counted = terms.From(kBehindFacets);
  const auto each = [&](auto call) {
    for (uint32_t term = 0; term < counted; ++term) {
      const Posting posting = terms.posting(term);
      for (const uint32_t document : posting.list) call(term, document);
      if (posting.bits == nullptr) continue;
      for (uint32_t document = 0; document < documents; ++document) {
        if (HasBit(posting.bits, document)) call(term, document);
      }
    }
  };
  each([&](uint32_t, uint32_t document) { ++starts_[document + 1]; });
  for (uint32_t i = 0; i < documents; ++i) starts_[i + 1] += starts_[i];
  std::vector<uint32_t> filled(starts_.begin(), starts_.end() - 1);
  const bool narrow = counted <= UINT16_MAX;
  (narrow ? narrow_.resize(starts_.back()) : wide_.resize(starts_.back()));
  each([&](uint32_t term, uint32_t document) {
    const uint32_t at = filled[document]++;
    if (narrow) {
      narrow_[at] = static_cast<uint16_t>(term);
    } else {
      wide_[at] = term;
    }
  });
}

Segment::Segment(uint32_t documents) : records(documents >= kKeepOnceFrom), terms(documents) {}

std::shared_ptr<const Segment> Segment::Of(std::vector<Document> documents) {
  std::ranges::sort(documents, {}, [](const Document& document) {
    return std::tie(document.columns.title_key, document.name);
  });
  const auto size = static_cast<uint32_t>(documents.size());
  auto segment = std::make_shared<Segment>(size);
  std::vector<Point> exact;
  std::vector<Point> vague;
  for (uint32_t ordinal = 0; ordinal < size; ++ordinal) {
    const Document& document = documents[ordinal];
    const filter::Columns& columns = document.columns;
    segment->records.Add(document.name, columns.title_key, document.facts);
    segment->numbers.push_back(NumbersOf(columns));
    if (!columns.place) continue;
    (columns.point ? exact : vague)
        .push_back({.leaf = filter::LeafAt(*columns.place),
                    .at = *columns.place,
                    .ordinal = ordinal,
                    .strength = columns.strength});
  }
  segment->records.Seal();
  segment->terms = DictionaryOf(documents);
  segment->facets = FacetTerms(segment->terms, size);
  segment->exact = Points(std::move(exact), size);
  segment->vague = Points(std::move(vague), size);
  return segment;
}

bool Deleted::Has(uint32_t ordinal) const {
  if (count_ == 0) return false;
  const auto& chunk = chunks_[ordinal / kChunk];
  return chunk != nullptr && HasBit(chunk->data(), ordinal % kChunk);
}

void Deleted::ClearFrom(std::vector<uint64_t>& bits) const {
  constexpr size_t kWords = kChunk / kBitsPerWord;
  for (size_t i = 0; i < chunks_.size(); ++i) {
    if (chunks_[i] == nullptr) continue;
    const size_t words = std::min(kWords, bits.size() - i * kWords);
    for (size_t word = 0; word < words; ++word) bits[i * kWords + word] &= ~(*chunks_[i])[word];
  }
}

void Deleted::Since(const Deleted& before, absl::FunctionRef<void(uint32_t)> call) const {
  for (size_t i = 0; i < chunks_.size(); ++i) {
    const Chunk* const old = i < before.chunks_.size() ? before.chunks_[i].get() : nullptr;
    if (chunks_[i] == nullptr || chunks_[i].get() == old) continue;
    for (uint32_t bit = 0; bit < kChunk; ++bit) {
      if (HasBit(chunks_[i]->data(), bit) && (old == nullptr || !HasBit(old->data(), bit))) {
        call(static_cast<uint32_t>(i) * kChunk + bit);
      }
    }
  }
}

std::shared_ptr<const Deleted> Deleted::With(std::span<const uint32_t> ordinals,
                                             uint32_t documents) const {
  auto next = std::make_shared<Deleted>(*this);
  next->chunks_.resize((documents + kChunk - 1) / kChunk);
  std::vector<std::shared_ptr<Chunk>> own(next->chunks_.size());  // written to by this call
  for (const uint32_t ordinal : ordinals) {
    const size_t at = ordinal / kChunk;
    if (own[at] == nullptr) {
      own[at] = next->chunks_[at] == nullptr ? std::make_shared<Chunk>(kChunk / kBitsPerWord)
                                             : std::make_shared<Chunk>(*next->chunks_[at]);
      next->chunks_[at] = own[at];
    }
    if (HasBit(own[at]->data(), ordinal % kChunk)) continue;
    SetBit(own[at]->data(), ordinal % kChunk);
    ++next->count_;
  }
  return next;
}

}  // namespace clusterwire::search
