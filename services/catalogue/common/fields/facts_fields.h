#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/repeated_field.h"

#include "clusterwire/type/v1/facts.pb.h"
#include "clusterwire/type/v1/places.pb.h"
#include "clusterwire/type/v1/sources.pb.h"

#include "services/catalogue/common/codes/code_book.h"
#include "services/catalogue/common/fields/words.h"

// What several projections say in the same way.
namespace clusterwire::catalogue {

using Strings = google::protobuf::RepeatedPtrField<std::string>;

// Puts `values` into a field of Facts that is kept sorted and without repeats.
void AddSorted(const std::vector<std::string>& values, Strings* field);
inline void AddSorted(const Strings& values, Strings* field) {
  AddSorted(std::vector<std::string>(values.begin(), values.end()), field);
}

// Says what `value` is called. An empty title says nothing.
void AddTitle(std::string_view value, std::string_view title, type::v1::Facts* facts);

// Adds each code with all codes above it, and their titles.
void AddCodes(const Strings& codes, const CodeBook& book, type::v1::Facts* facts);
void AddCountry(std::string_view country, const CodeBook& book, type::v1::Facts* facts);
void AddExternalIds(const google::protobuf::RepeatedPtrField<type::v1::ExternalId>& ids,
                    type::v1::Facts* facts);

// What every resource says alike, where it has the fields: type, name, title, summary, state, and
// what else it is called.
template <typename T>
type::v1::Facts Described(const char* type, const T& resource) {
  type::v1::Facts facts;
  facts.set_type(type);
  facts.set_name(resource.name());
  if constexpr (requires { resource.title(); }) facts.set_title(resource.title());
  if constexpr (requires { resource.summary(); }) facts.set_summary(resource.summary());
  if constexpr (requires { resource.state(); }) facts.set_state(WordOf(resource.state()));
  if constexpr (requires { resource.acronym(); }) {
    if (!resource.acronym().empty()) AddSorted({resource.acronym()}, facts.mutable_names());
  }
  if constexpr (requires { resource.external_ids(); }) {
    AddExternalIds(resource.external_ids(), &facts);
  }
  return facts;
}

// Where a person reads more: `page`, its own; else the one that states the record as a whole.
void SetLink(std::string_view page,
             const google::protobuf::RepeatedPtrField<type::v1::Source>& sources,
             type::v1::Facts* facts);

// Only those named see it: the resource is no one else's business yet. Empty names stand for
// none.
void RestrictTo(std::initializer_list<std::string> members, type::v1::Facts* facts);

// Joins what isn't empty: Joined({"Wien", "AT"}, ", ").
std::string Joined(std::initializer_list<std::string_view> parts, std::string_view separator);
// "Dresden, Sachsen".
std::string PlaceText(const type::v1::Place& place);
// What a place is found by: that, and what its city is called in other languages.
std::string PlaceWords(const type::v1::Place& place);

// What everything that is about a cluster inherits from it: codes, point, programmes, levels, their
// titles, and the cluster's name in its own.
void Inherit(const type::v1::Facts& target, type::v1::Facts* linked);
// The same, and its title stays its own.
void InheritAllButTitle(const type::v1::Facts& target, type::v1::Facts* linked);

}  // namespace clusterwire::catalogue
