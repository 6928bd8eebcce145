#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "clusterwire/type/v1/facts.pb.h"

#include "libs/change/wording.h"
#include "libs/text/language.h"

// What changed, for people.
namespace clusterwire::notification {

using change::SummaryIn;

inline constexpr size_t kMaxDifferences = 12;  // told in one notice

// What changed from one image to the next, a line each: "State: valid → lapsed", "Label levels: +
// ECEI Silver (ecei:silver)". At most kMaxDifferences; what is only for searching isn't told.
std::vector<std::string> DifferencesOf(const type::v1::Facts& before, const type::v1::Facts& after,
                                       text::Language language = text::Language::kEnglish);

// A text of an editor as one line: it can't pass itself off as another line of the notice.
std::string OneLine(std::string_view text);
// "side event" of "side_event", where nothing says what it is called.
std::string PlainWord(const std::string& word);
// A resource by its title, else by its id; people read no resource names.
std::string CalledByTitle(const std::string& name, const type::v1::Facts& facts);

}  // namespace clusterwire::notification
