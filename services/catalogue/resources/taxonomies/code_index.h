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
  struct Entry {
    std::string code;  // list:code
    CodeBook::Entry in_book;
    std::vector<std::vector<std::string>> names;  // the sorted words of each

    bool BeginsWith(std::string_view query) const;
    bool Is(std::string_view query, const std::vector<std::string>& words) const;
    // Whether one name holds all of the sorted `words`.
    bool IsCalled(const std::vector<std::string>& words) const;
  };

  const std::shared_ptr<const CodeBook> book_;  // entries point into it
  std::vector<Entry> entries_;                  // in the order of list:code
};

}  // namespace clusterwire::catalogue
