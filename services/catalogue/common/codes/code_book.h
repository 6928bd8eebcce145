#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/label_scheme.pb.h"
#include "clusterwire/catalogue/v1/taxonomy.pb.h"

#include "libs/facts/registry.h"
#include "libs/store/reader.h"

namespace clusterwire::catalogue {

// All code lists and label schemes as they stood at one revision. Immutable; shared between
// threads.
class CodeBook final : public facts::CodeLists {
 public:
  // Reads every taxonomy and label scheme that isn't deleted.
  static absl::StatusOr<std::shared_ptr<const CodeBook>> Read(const store::Reader& reader);
  // The same inside a write, kept from write to write.
  static absl::StatusOr<std::shared_ptr<const CodeBook>> Of(const store::Writer& writer);

  // `code` ("nuts:DED2") and every code above it. A code on no list is its own only ancestor.
  std::vector<std::string> WithAncestors(std::string_view code) const;
  // `level` ("ecei:silver") and the lower levels of its scheme. An unknown one stands alone.
  std::vector<std::string> LevelsUpTo(std::string_view level) const;

  // For people, in English where the list has it: "Saxony" of "nuts:DED", "ECEI Silver" of
  // "ecei:silver", "quantum sensors" of "named:quantum-sensors". Empty for what is on no list.
  std::string TitleOf(std::string_view code) const;
  std::string TitleOfLevel(std::string_view level) const;

  struct Entry {
    const v1::Taxonomy* taxonomy;
    const v1::TaxonomyCode* code;
  };
  // `code` as list:code. Null when it is on no list.
  const Entry* Find(std::string_view code) const;
  // The list of that prefix ("nuts"), or null.
  const v1::Taxonomy* FindList(std::string_view list) const;
  // By resource name, or null.
  const v1::LabelScheme* FindScheme(std::string_view name) const;
  // By resource name.
  const std::map<std::string, v1::LabelScheme, std::less<>>& schemes() const { return schemes_; }
  // "ECEI Silver" of a label's scheme and level, as far as they are known.
  std::string TitleOfLabel(const std::string& scheme, const std::string& level) const;
  // All entries in the order of list:code.
  const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }

 private:
  // Behind pointers: the entries point into them.
  std::vector<std::unique_ptr<v1::Taxonomy>> taxonomies_;
  std::map<std::string, v1::LabelScheme, std::less<>> schemes_;
  std::map<std::string, Entry, std::less<>> entries_;
};

// What stands before the colon of codes that are on no list.
inline constexpr std::string_view kNamedList = "named";
// The list whose codes stand in fields called `country`, without its name before them.
inline constexpr std::string_view kCountryList = "iso";

// The codes of a country from its ISO 3166-1 alpha-2 code: "iso:DE" and "nuts:DE". Eurostat writes
// Greece EL and the United Kingdom UK (Regulation (EC) No 1059/2003, annex I). "EU" has none.
std::vector<std::string> CountryCodes(std::string_view country);

// "ecei:silver" from "labelSchemes/ecei" and "silver": how filters and Facts name a level.
std::string LevelCode(std::string_view scheme, std::string_view level);

}  // namespace clusterwire::catalogue
