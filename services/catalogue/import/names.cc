#include "services/catalogue/import/names.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "libs/base/text/strings.h"
#include "libs/text/text.h"

namespace clusterwire::catalogue::registers {
namespace {

// The list whose titles registers use for regions.
constexpr std::string_view kRegionList = "nuts";

// "Limburg" of "Limburg (NL)"; a list tells namesakes apart so, and a register repeats the country.
std::string_view WithoutRemark(std::string_view name) {
  const size_t remark = name.rfind(" (");
  return remark != std::string_view::npos && name.ends_with(')') ? name.substr(0, remark) : name;
}

bool Holds(const std::vector<std::string>& codes, const std::string& code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

// Why a name stands for none of `codes`.
std::string WhyNot(std::string_view country, const std::vector<std::string>& codes) {
  if (country.empty()) return "not looked up, since the line names no country";
  if (!codes.empty()) return absl::StrCat("the name of ", absl::StrJoin(codes, " and "));
  return absl::StrCat("no region of ", ToAbsl(country), " in the list ", ToAbsl(kRegionList));
}

}  // namespace

std::string NameKey(std::string_view name) {
  std::string key = text::Fold(name);
  absl::RemoveExtraAsciiWhitespace(&key);
  return key;
}

bool IsSameName(std::string_view a, std::string_view b) {
  return a == b || NameKey(a) == NameKey(b);
}

RegionNames::Found RegionNames::Find(const std::shared_ptr<const CodeBook>& book,
                                     std::string_view country, std::string_view text) {
  if (book_ != book) {
    book_ = book;
    Read();
  }
  const std::vector<std::string> countries = CountryCodes(country);
  const std::string in = countries.empty() ? "" : countries.back();
  std::vector<std::string> parts = {std::string(text)};
  if (CodesOf(in, text).size() != 1) {
    parts = absl::StrSplit(ToAbsl(text), " / ", absl::SkipWhitespace());
  }
  Found found;
  for (const std::string& part : parts) {
    const Codes codes = CodesOf(in, part);
    if (codes.size() == 1) {
      if (!Holds(found.codes, codes.front())) found.codes.push_back(codes.front());
      continue;
    }
    found.notes.push_back(absl::StrCat(
        "'", absl::StripAsciiWhitespace(part), "' is ", WhyNot(country, codes),
        "; it stays a text, which no filter by region finds. Write its code into 'regions'; "
        "TaxonomyService/SearchCodes finds codes"));
  }
  return found;
}

void RegionNames::Read() {
  codes_.clear();
  for (const auto& [code, entry] : book_->entries()) {
    if (entry.taxonomy->list() != kRegionList) continue;
    const std::string country = book_->WithAncestors(code).back();
    Add(country, code, entry.code->title());
    for (const absl::string_view name : absl::StrSplit(entry.code->title(), '/')) {
      Add(country, code, ToStd(name));
    }
    for (const auto& title : entry.code->localized_titles()) Add(country, code, title.text());
    for (const std::string& name : entry.code->other_names()) Add(country, code, name);
  }
}

void RegionNames::Add(const std::string& country, const std::string& code, std::string_view name) {
  for (const std::string_view form : {name, WithoutRemark(name)}) {
    Codes& codes = codes_[{country, NameKey(form)}];
    if (!Holds(codes, code)) codes.push_back(code);
  }
}

RegionNames::Codes RegionNames::CodesOf(const std::string& country, std::string_view name) const {
  for (const std::string_view form : {name, WithoutRemark(name)}) {
    const auto found = codes_.find({country, NameKey(form)});
    if (found == codes_.end()) continue;
    // Those that another one of them holds mean that one.
    Codes largest;
    for (const std::string& code : found->second) {
      const std::vector<std::string> above = book_->WithAncestors(code);
      const bool inside = std::any_of(above.begin() + 1, above.end(), [&](const auto& other) {
        return Holds(found->second, other);
      });
      if (!inside) largest.push_back(code);
    }
    return largest;
  }
  return {};
}

}  // namespace clusterwire::catalogue::registers
