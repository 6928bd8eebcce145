#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libs/filter/predicate.h"
#include "libs/search/segment/bits.h"

// Inside the library: which documents have what.
namespace clusterwire::search {

// The documents that have a term: their ordinals, upwards, or where that is less a bit for each
// document of the segment.
struct Posting {
  uint32_t count = 0;
  std::span<const uint32_t> list;
  const uint64_t* bits = nullptr;
};

// A term is a field and one of its values, written out, never hashed: no value stands for another.
// Fields that are counted as facets come first.
std::string TermKey(filter::TermField field, std::string_view value);
// A word in a title or another name.
std::string TitleWordKey(std::string_view word);
// What all keys of facets come before.
inline constexpr std::string_view kBehindFacets = "\x40";

// All terms of a segment, sorted, so that the words that begin alike stand together.
class Dictionary {
 public:
  explicit Dictionary(uint32_t documents) : documents_(documents) {}

  // Keys upwards, each with its documents, each of them once.
  void Append(std::string_view key, std::span<const uint32_t> documents);
  void Seal();

  uint32_t size() const { return static_cast<uint32_t>(slots_.size()); }
  std::string_view key(uint32_t term) const {
    return std::string_view(keys_).substr(starts_[term], starts_[term + 1] - starts_[term]);
  }
  Posting posting(uint32_t term) const;
  // The first term whose key is not before `key`.
  uint32_t From(std::string_view key) const;
  std::optional<Posting> Find(std::string_view key) const;
  // The terms whose keys begin so: from the first to before the second.
  std::pair<uint32_t, uint32_t> BeginningWith(std::string_view beginning) const;

 private:
  // Where the documents are: the one itself, else a place in lists_ or bits_.
  struct Slot {
    uint32_t count;
    uint32_t at;
  };

  uint32_t documents_;
  std::string keys_;
  std::vector<uint32_t> starts_ = {0};
  std::vector<Slot> slots_;
  std::vector<uint32_t> lists_;
  std::vector<uint64_t> bits_;
};

}  // namespace clusterwire::search
