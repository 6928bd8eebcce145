#pragma once

#include <memory>

#include "clusterwire/type/v1/filter.pb.h"

#include "libs/base/threads/mutex.h"
#include "libs/filter/vocabulary.h"
#include "libs/store/store.h"

namespace clusterwire::catalogue {

class CodeBook;

// The words of the contracts with the levels of these label schemes.
filter::Vocabulary VocabularyOf(const CodeBook& book);

// The words that a filter may have here: those of the contracts, the levels of all label schemes,
// which are kinds of labels too, and the codes of all lists. Safe for use from any thread. `store`
// outlives it.
class CodeVocabulary {
 public:
  explicit CodeVocabulary(store::Store& store) : store_(store) {}

  struct Known {
    std::shared_ptr<const filter::Vocabulary> words;
    std::shared_ptr<const CodeBook> book;  // null: the lists can't be read
  };
  // One that has all words and codes of the filter, else the newest; only then is the database
  // asked. While it can't be, levels and codes are taken as they are.
  Known For(const type::v1::Filter& asked);

 private:
  struct Read {
    Known known;  // null: not read yet
    int64_t revision = 0;
  };
  Read Current() const;
  absl::StatusOr<Read> ReadAfter(const Read& before) const;

  store::Store& store_;
  mutable Mutex mutex_;
  Read read_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::catalogue
