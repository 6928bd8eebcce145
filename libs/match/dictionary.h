#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"

#include "libs/filter/terms/terms.h"
#include "libs/match/hash.h"

namespace clusterwire::match {

using filter::TermField;

using TermId = uint32_t;
inline constexpr TermId kNoTerm = ~TermId{0};

// A second, shorter number that some terms have: room for one is in a posting.
using Check = uint16_t;
inline constexpr Check kNoCheck = 0;
inline constexpr size_t kChecks = size_t{1} << 14;

// The values that predicates ask for, each once as a number. Values themselves are compared, never
// hashes of them: no two ever share a number, and a stranger can't choose one that does. Beside
// each stands how often Facts had it.
//
// What is const, counting too, may be called from several threads at once, all else by one alone.
class Dictionary {
 public:
  Dictionary() : ids_(0, Hash{&terms_}, Equal{&terms_}) {}
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;

  // The number of a value, which is held once more. `field` may be kCell, with Cell() as the value.
  TermId Hold(TermField field, std::string_view value);
  void Release(TermId term);
  // kNoTerm when the value is not held.
  TermId Find(TermField field, std::string_view value) const;
  static std::string_view Cell(const uint64_t& cell) {
    return {reinterpret_cast<const char*>(&cell), sizeof(cell)};
  }

  // Gives the term a check, as long as there are some; it keeps it until it is released.
  Check GiveCheck(TermId term);
  Check CheckOf(TermId term) const { return terms_[term].check; }

  // That Facts were seen, and that they had the term.
  void CountFacts() const { seen_.fetch_add(1, std::memory_order_relaxed); }
  void Count(TermId term) const {
    std::atomic_ref(terms_[term].seen).fetch_add(1, std::memory_order_relaxed);
  }
  // About the share of Facts that have the term: by what was seen, and before that by its field.
  double ShareOf(TermId term) const;
  uint32_t seen() const { return seen_.load(std::memory_order_relaxed); }
  // What was seen counts half from now on. The terms follow by HalveSome(), `from` number to
  // number, until that gives false.
  void Halve() { seen_.store(seen() / 2, std::memory_order_relaxed); }
  bool HalveSome(size_t from, size_t to);

  // Memory of those that were released.
  void GiveBack();

  size_t size() const { return ids_.size(); }
  size_t end() const { return terms_.size(); }  // all numbers are below

 private:
  struct Term {
    std::string key;  // the field and the value
    uint32_t users = 0;
    mutable uint32_t seen = 0;
    Check check = kNoCheck;
  };
  struct Key {
    TermField field;
    std::string_view value;
  };
  struct Hash {
    using is_transparent = void;
    const std::vector<Term>* terms;
    size_t operator()(TermId term) const { return (*this)(KeyOf((*terms)[term])); }
    size_t operator()(const Key& key) const {
      return HashOfValue(key.value) + static_cast<size_t>(key.field);
    }
  };
  struct Equal {
    using is_transparent = void;
    const std::vector<Term>* terms;
    bool operator()(TermId a, TermId b) const { return a == b; }
    bool operator()(TermId term, const Key& key) const {
      const Key own = KeyOf((*terms)[term]);
      return own.field == key.field && own.value == key.value;
    }
    bool operator()(const Key& key, TermId term) const { return (*this)(term, key); }
  };
  static Key KeyOf(const Term& term) {
    return {static_cast<TermField>(term.key[0]), std::string_view(term.key).substr(1)};
  }

  std::vector<Term> terms_;   // by number
  std::vector<TermId> free_;  // numbers
  std::vector<Check> free_checks_;
  size_t checks_ = 1;  // given so far; the first stands for none
  absl::flat_hash_set<TermId, Hash, Equal> ids_;
  mutable std::atomic<uint32_t> seen_ = 0;  // Facts
};

}  // namespace clusterwire::match
