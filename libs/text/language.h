#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

// The languages in which the services write to people.
namespace clusterwire::text {

enum class Language { kEnglish, kGerman };

// What a reader of the language `tag` (BCP 47) is written in: German of "de" and all that begins
// with "de-", in any case of letters; else English.
Language LanguageFor(std::string_view tag);

// The one that a browser's Accept-Language prefers (RFC 9110, 12.5.4); English where it names
// neither.
Language LanguageAsked(std::string_view accept_language);

// "en" or "de".
std::string_view LanguageTag(Language language);

// The one of two texts that is in the language.
constexpr std::string_view In(Language language, std::string_view english,
                              std::string_view german) {
  return language == Language::kGerman ? german : english;
}

// "31 March 2027", "31. März 2027".
std::string DayIn(Language language, absl::CivilDay day);

// A date of any precision (libs/base/time/date.h): "2024", "3rd quarter of 2024", "May 2024", "13
// May 2024"; "3. Quartal 2024". What is no date stays as it is.
std::string DateIn(Language language, std::string_view date);

// A date, or with a time of day, as calendars write it: "26 September 2022, 09:00" of
// "2022-09-26T09:00"; "26. September 2022, 09:00 Uhr". What is none stays as it is.
std::string LocalTimeIn(Language language, std::string_view local);

// "31 March 2027, 14:05 (Europe/Berlin)", "31. März 2027, 14:05 Uhr (Europe/Berlin)".
std::string TimeIn(Language language, absl::Time time, absl::TimeZone zone);

// "a, b and c"; "a, b und c".
std::string ListIn(Language language, const std::vector<std::string>& texts);

}  // namespace clusterwire::text
