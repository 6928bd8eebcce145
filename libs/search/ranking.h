#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "libs/search/hits.h"

// Inside the library: how well words fit, in the shape of BM25.
namespace clusterwire::search {

// The words of a predicate, each with its weight: the rarer, the more. What it says of a document
// depends on the document and the weights alone.
class Ranking {
 public:
  // All predicates of the same words have them in the same order.
  explicit Ranking(const Predicate& predicate);

  // Weighs the words by how many documents of these parts have them; when `hits` are so many that
  // ranking them would take long, the rarest words alone.
  void Weigh(const PartList& parts, size_t hits);
  // Whether words are left out.
  bool cut() const;

  const std::vector<uint16_t>& weights() const { return weights_; }
  size_t words() const { return words_.size(); }
  void set_weights(std::vector<uint16_t> weights) { weights_ = std::move(weights); }

  // Calls with each of the hits and its points, the more the better.
  void Rank(const Hits& hits,
            absl::FunctionRef<void(uint32_t ordinal, uint32_t points)> call) const;

 private:
  struct Ranked {
    AskedTerms anywhere;
    AskedTerms in_title;
    bool whole;
  };

  std::vector<Ranked> words_;
  std::vector<uint16_t> weights_;  // of words_; 0: left out
};

}  // namespace clusterwire::search
