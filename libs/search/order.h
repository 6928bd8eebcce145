#pragma once

#include <string>

#include "libs/filter/terms/words.h"
#include "libs/search/base.h"
#include "libs/search/snapshot.h"

namespace clusterwire::search {

// Inside the library: bytes by which the hits of one search are ordered, and their pages kept
// apart.
class SortKeys {
 public:
  explicit SortKeys(const SearchOptions& options)
      : options_(options), words_(filter::ParseWords(options.ranking_words)) {}

  std::string KeyOf(const filter::Columns& columns) const;

 private:
  const SearchOptions& options_;
  const filter::Words words_;
};

// How well the words fit: those of the title first, whole words before prefixes, and among equals
// the shorter title. Depends on this resource alone, so that a page that is read after a change of
// others goes on where the one before ended.
uint32_t RelevanceOf(const filter::Words& words, const filter::Columns& columns);

}  // namespace clusterwire::search
