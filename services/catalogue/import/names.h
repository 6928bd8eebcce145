#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/catalogue/common/codes/code_book.h"

// What registers call things, and what they mean by it.
namespace clusterwire::catalogue::registers {

// What two spellings of a name have in common: case, accents, forms of Unicode and spaces around it
// don't tell things apart.
std::string NameKey(std::string_view name);
bool IsSameName(std::string_view a, std::string_view b);

// Regions by their names. Not safe for use from several threads.
class RegionNames {
 public:
  struct Found {
    std::vector<std::string> codes = {};  // list:code, each once
    std::vector<std::string> notes = {};  // on each part of the text that stays a text
  };
  // The regions of `country` (ISO 3166-1) that `text` names, in any language that the list has:
  // "Sachsen", "saxony", "NRW"; of several between slashes, each. A name that several regions have
  // is none of them, unless they lie in each other: then the largest is meant ("Hamburg" is the
  // state, the district and the city).
  Found Find(const std::shared_ptr<const CodeBook>& book, std::string_view country,
             std::string_view text);

 private:
  using Codes = std::vector<std::string>;

  void Read();
  void Add(const std::string& country, const std::string& code, std::string_view name);
  // Of one name: none, or all that it may stand for where it can't be told which.
  Codes CodesOf(const std::string& country, std::string_view name) const;

  std::shared_ptr<const CodeBook> book_;                        // that was read
  std::map<std::pair<std::string, std::string>, Codes> codes_;  // country ("nuts:DE"), NameKey()
};

}  // namespace clusterwire::catalogue::registers
