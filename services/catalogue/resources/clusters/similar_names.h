#pragma once

#include <string>
#include <string_view>

// When two names of organisations may mean the same one.
namespace clusterwire::catalogue {

// What such names have in common: case, accents and the spelling of umlauts, legal forms ("e.V.",
// "GmbH", "asbl"), words like "and", the order of words and how often they come are gone. "aviation
// hamburg" of "Hamburg Aviation e. V.". Empty when nothing is left. Pure.
std::string FoldedName(std::string_view title);

// The words of a name by which an index finds others of the kind: those that FoldedName() keeps, as
// they are written, at most as many as a filter may have.
std::string SearchableWords(std::string_view title);

}  // namespace clusterwire::catalogue
