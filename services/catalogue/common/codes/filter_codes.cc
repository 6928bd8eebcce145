#include "services/catalogue/common/codes/filter_codes.h"

#include <map>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"

#include "libs/base/text/nearest.h"
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
bool IsOnList(const std::string& code, const CodeBook& book) {
  const size_t colon = code.find(':');
  return colon == code.npos || code.substr(0, colon) == kNamedList || book.Find(code) != nullptr;
}

// Calls with each code of the filter that is on no list, and its path, until `call` says false;
// false then.
using OffList = absl::FunctionRef<bool(const std::string& path, const std::string& code)>;
bool ForEachOffList(const type::v1::Filter& filter, const CodeBook& book, const std::string& path,
                    OffList call) {
  const auto visit = [&](const auto& values, const char* field) {
    for (int i = 0; i < values.size(); ++i) {
      const std::string code = text::CodeForm(values[i]);
      if (!IsOnList(code, book) && !call(absl::StrCat(path, ".", field, "[", i, "]"), code)) {
        return false;
      }
    }
    return true;
  };
  if (!visit(filter.sectors(), "sectors") || !visit(filter.regions(), "regions")) return false;
  for (int i = 0; i < filter.none_of_size(); ++i) {
    const std::string excluded = absl::StrCat(path, ".none_of[", i, "]");
    if (!ForEachOffList(filter.none_of(i), book, excluded, call)) return false;
  }
  return true;
}

}  // namespace

bool AreOnLists(const type::v1::Filter& filter, const CodeBook& book) {
  return ForEachOffList(filter, book, "",
                        [](const std::string&, const std::string&) { return false; });
}

void CheckFilterCodes(const type::v1::Filter& filter, const CodeBook& book, std::string_view path,
                      const std::function<bool(const std::string& code)>& stands,
                      FieldErrors& errors) {
  std::optional<WrongCodes> wrong;  // made for the first wrong code
  ForEachOffList(filter, book, std::string(path),
                 [&](const std::string& at, const std::string& code) {
                   if (!wrong) wrong.emplace(book);
                   const std::string said = wrong->Say(code);
                   if (!said.empty() && !stands(code)) errors.Add(at, said);
                   return true;
                 });
}

}  // namespace clusterwire::catalogue
