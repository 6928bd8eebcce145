#pragma once

#include <string>
#include <string_view>

#include "libs/filter/predicate.h"
#include "libs/text/language.h"

// What the words of closed lists are called to people, read from the contracts
// (clusterwire/type/v1/wording.proto). Pure; what is given lives as long as the program.
namespace clusterwire::change {

// "the label was awarded" of "label.awarded", as the contract has it, {deadline} included. Empty
// for what is no kind of change.
std::string_view KindClause(std::string_view kind, text::Language language);

// "a label", "ein Label" of the type "label"; empty for what is no type of resource.
std::string_view ThingCalled(std::string_view type, text::Language language);
// "labels", "Labels".
std::string_view ThingsCalled(std::string_view type, text::Language language);

// What a word that Facts of this type have in `state` ("states") or `kind` ("kinds") is called, and
// what a type is ("types"). A word of another type is looked up among all of them. Empty where the
// contracts don't say it: the kinds of labels are levels of their schemes.
std::string WordCalled(std::string_view field, std::string_view type, std::string_view word,
                       text::Language language);

// The summary in the language, where the catalogue wrote it; what an editor wrote is as it is.
inline const std::string& SummaryIn(text::Language language, const type::v1::Facts& facts) {
  const bool german = language == text::Language::kGerman && !facts.summary_de().empty();
  return german ? facts.summary_de() : facts.summary();
}

// How a filter's verdicts are told in a language.
inline filter::Telling TellingIn(text::Language language) {
  return {.language = language, .called = WordCalled};
}

}  // namespace clusterwire::change
