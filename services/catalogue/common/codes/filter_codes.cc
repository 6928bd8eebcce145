#include "services/catalogue/common/codes/filter_codes.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/base/text/nearest.h"
#include "libs/base/text/strings.h"
#include "libs/text/form.h"

namespace clusterwire::catalogue {
namespace {

// For so many wrong codes of a filter the right one is looked for, among all of a list.
constexpr int kMostMeant = 10;

// What is wrong with codes that are on no list.
class WrongCodes {
 public:
  explicit WrongCodes(const CodeBook& book) {
    for (const auto& [code, entry] : book.entries()) lists_[entry.taxonomy->list()].push_back(code);
  }

  // Empty when that can't be said.
  std::string Say(const std::string& code) {
    const std::string list = code.substr(0, code.find(':'));
    const auto codes = lists_.find(list);
    if (codes == lists_.end()) {
      std::vector<std::string> names;
      for (const auto& [name, of_list] : lists_) names.push_back(name);
      const std::string meant = Nearest(list, names);
      return meant.empty() ? ""
                           : absl::StrCat("'", code, "': there is no list '", list,
                                          "'; did you mean '", meant, "'?");
    }
    const std::string meant = ++said_ > kMostMeant ? "" : Nearest(code, codes->second);
    return absl::StrCat("'", code, "' is no code of the list '", list, "'; ",
                        meant.empty() ? "TaxonomyService/SearchCodes finds codes by words"
                                      : absl::StrCat("did you mean '", meant, "'?"));
  }

 private:
  std::map<std::string, std::vector<std::string>> lists_;
  int said_ = 0;
};

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

namespace {

using Stands = std::function<bool(const std::string& code)>;

void Check(const type::v1::Filter& filter, const CodeBook& book, std::string_view path,
           const Stands& stands, std::optional<WrongCodes>& wrong, FieldErrors& errors) {
  const auto check = [&](const auto& values, const char* field) {
    for (int i = 0; i < values.size(); ++i) {
      if (IsOnList(values[i], book)) continue;
      if (!wrong) wrong.emplace(book);
      const std::string code = text::CodeForm(values[i]);
      const std::string said = wrong->Say(code);
      if (said.empty() || stands(code)) continue;
      errors.Add(absl::StrCat(ToAbsl(path), ".", field, "[", i, "]"), said);
    }
  };
  check(filter.sectors(), "sectors");
  check(filter.regions(), "regions");
  for (int i = 0; i < filter.none_of_size(); ++i) {
    Check(filter.none_of(i), book, absl::StrCat(ToAbsl(path), ".none_of[", i, "]"), stands, wrong,
          errors);
  }
}

}  // namespace

void CheckFilterCodes(const type::v1::Filter& filter, const CodeBook& book, std::string_view path,
                      const Stands& stands, FieldErrors& errors) {
  std::optional<WrongCodes> wrong;  // made for the first wrong code
  Check(filter, book, path, stands, wrong, errors);
}

}  // namespace clusterwire::catalogue
