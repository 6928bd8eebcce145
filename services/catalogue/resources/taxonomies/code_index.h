#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clusterwire/catalogue/v1/taxonomy.pb.h"

#include "services/catalogue/common/codes/code_book.h"

namespace clusterwire::catalogue {

// The codes of all lists with the words of their names, taken apart once. Immutable; shared between
// threads.
class CodeIndex {
 public:
  explicit CodeIndex(std::shared_ptr<const CodeBook> book);

  // Codes that begin with `query` or one of whose names holds all its words; of `taxonomy` only,
  // unless that is empty. First those that are `query` or called so, then shorter codes first; at
  // most `limit`.
  std::vector<v1::FoundCode> Find(std::string_view query, std::string_view taxonomy,
                                  size_t limit) const;

 private:
  struct Name {
    std::vector<std::string> spellings;  // of all its words, sorted
    size_t words;

    bool Holds(const Name& other) const;
  };
  static Name NameOf(std::string_view text);

  struct Entry {
    std::string code;  // list:code
    CodeBook::Entry in_book;
    std::vector<Name> names;

    bool BeginsWith(std::string_view query) const;
    bool Is(std::string_view query, const Name& called) const;
    // Whether one name holds all words of `called`.
    bool IsCalled(const Name& called) const;
  };

  const std::shared_ptr<const CodeBook> book_;  // entries point into it
  std::vector<Entry> entries_;                  // in the order of list:code
};

}  // namespace clusterwire::catalogue
