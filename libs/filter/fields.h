#pragma once

#include <span>
#include <string>
#include <string_view>

#include "google/protobuf/repeated_ptr_field.h"

#include "clusterwire/type/v1/filter.pb.h"

#include "libs/filter/terms/terms.h"

// Inside the library: the fields of a filter that list values, each with its limit and form.
namespace clusterwire::filter {

using Values = google::protobuf::RepeatedPtrField<std::string>;

struct ListField {
  std::string_view name;
  size_t limit;
  TermField term;
  const Values& (type::v1::Filter::*values)() const;
  Values* (type::v1::Filter::*mutable_values)();
  // The canonical spelling.
  std::string (*fold)(std::string_view value);
  bool (*well_formed)(std::string_view folded);
  std::string_view form;  // for a person, with an example
};

// In the order of Filter.
std::span<const ListField> ListFields();

inline constexpr size_t kMaxValueBytes = 300;
inline constexpr size_t kMaxWords = 20;
inline constexpr size_t kMaxWordsCharacters = 500;
inline constexpr int kMaxNoneOf = 5;

}  // namespace clusterwire::filter
