#include "services/catalogue/common/codes/filter_codes.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/base/text/nearest.h"
#include "libs/base/text/strings.h"
#include "libs/text/form.h"

namespace clusterwire::catalogue {
namespace {

// What is wrong with a code that is on no list; empty when that can't be said.
std::string WrongCode(const std::string& code, const CodeBook& book) {
  const std::string list = code.substr(0, code.find(':'));
  std::set<std::string> lists;
  std::vector<std::string> codes;
  for (const auto& [known, entry] : book.entries()) {
    lists.insert(entry.taxonomy->list());
    if (entry.taxonomy->list() == list) codes.push_back(known);
  }
  if (codes.empty()) {
    const std::string meant = Nearest(list, {lists.begin(), lists.end()});
    return meant.empty() ? ""
                         : absl::StrCat("'", code, "': there is no list '", list,
                                        "'; did you mean '", meant, "'?");
  }
  const std::string meant = Nearest(code, codes);
  return absl::StrCat("'", code, "' is no code of the list '", list, "'; ",
                      meant.empty() ? "TaxonomyService/SearchCodes finds codes by words"
                                    : absl::StrCat("did you mean '", meant, "'?"));
}

// Also what words were made into, of which there is no list.
bool IsOnList(const std::string& value, const CodeBook& book) {
  const std::string code = text::CodeForm(value);
  const size_t colon = code.find(':');
  return colon == code.npos || code.substr(0, colon) == kNamedList || book.Find(code) != nullptr;
}

}  // namespace

bool AreOnLists(const type::v1::Filter& filter, const CodeBook& book) {
  const auto on_list = [&](const std::string& value) { return IsOnList(value, book); };
  return std::ranges::all_of(filter.sectors(), on_list) &&
         std::ranges::all_of(filter.regions(), on_list) &&
         std::ranges::all_of(filter.none_of(), [&](const type::v1::Filter& excluded) {
           return AreOnLists(excluded, book);
         });
}

void CheckFilterCodes(const type::v1::Filter& filter, const CodeBook& book, std::string_view path,
                      const std::function<bool(const std::string& code)>& stands,
                      FieldErrors& errors) {
  const auto check = [&](const auto& values, const char* field) {
    for (int i = 0; i < values.size(); ++i) {
      if (IsOnList(values[i], book)) continue;
      const std::string code = text::CodeForm(values[i]);
      const std::string wrong = WrongCode(code, book);
      if (wrong.empty() || stands(code)) continue;
      errors.Add(absl::StrCat(ToAbsl(path), ".", field, "[", i, "]"), wrong);
    }
  };
  check(filter.sectors(), "sectors");
  check(filter.regions(), "regions");
  for (int i = 0; i < filter.none_of_size(); ++i) {
    CheckFilterCodes(filter.none_of(i), book, absl::StrCat(ToAbsl(path), ".none_of[", i, "]"),
                     stands, errors);
  }
}

}  // namespace clusterwire::catalogue
