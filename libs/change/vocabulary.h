#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/filter/vocabulary.h"

// The closed lists of words, read from the contracts: a reader of records knows them without
// knowing the catalogue.
namespace clusterwire::change {

// The types of resource, and what the Facts of each can have in `state` and `kind`. The kinds of
// labels are the levels of their schemes, which are data: they are open. Lives as long as the
// program.
const filter::Vocabulary& Words();

// All kinds of change, as text.
const std::vector<std::string>& Kinds();

// What is wrong with a kind of change that a request names, with the one that was meant; empty when
// nothing is.
std::string WrongKind(std::string_view kind);

// The same of a resource's name and of a change's id (IdOf): what can't be one is a slip, and would
// stand for nothing.
std::string WrongName(std::string_view name);
std::string WrongId(std::string_view id);

}  // namespace clusterwire::change
