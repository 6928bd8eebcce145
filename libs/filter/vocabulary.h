#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clusterwire/type/v1/filter.pb.h"

#include "libs/base/status/error.h"

namespace clusterwire::filter {

// The words that the Facts of each type can have in `state` and `kind`, and the levels of labels. A
// filter that asks for another one can never match: who wrote it meant something else.
struct Vocabulary {
  struct Type {
    std::vector<std::string> states = {};
    std::vector<std::string> kinds = {};
    // Its kinds are data of another service, so that others than these may be right.
    bool open_kinds = false;
  };
  std::map<std::string, Type, std::less<>> types;
  // As scheme:level. None where they aren't known.
  std::optional<std::vector<std::string>> levels = std::nullopt;
};

// Adds a violation for each value under `path` that can never match, with the word that was meant.
// The filter's values have the form that they must have, in any case of letters.
void CheckVocabulary(const type::v1::Filter& filter, const Vocabulary& vocabulary,
                     std::string_view path, FieldErrors& errors);

// The values of the filter that are data of another service, so that it isn't known here whether
// they are right: "kinds[0] 'silver'". Those of a vocabulary that has them all aren't among them.
std::vector<std::string> UnknownValues(const type::v1::Filter& filter,
                                       const Vocabulary& vocabulary);

}  // namespace clusterwire::filter
