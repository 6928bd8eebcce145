#pragma once

#include <string>
#include <string_view>

#include "libs/filter/vocabulary.h"

namespace clusterwire::filter {

// What is wrong with `name` as a name of one of the types, with the word that was meant: it stands
// for nothing, now or at any time. Empty when nothing is, so for "clusters/x/labels/y".
std::string WrongName(std::string_view name, const Vocabulary& vocabulary);

}  // namespace clusterwire::filter
