#include "libs/text/language.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "libs/base/text/strings.h"

namespace clusterwire::text {
namespace {

struct Month {
  std::string_view english;
  std::string_view german;
};
constexpr Month kMonths[] = {
    {"January", "Januar"},  {"February", "Februar"},  {"March", "März"},
    {"April", "April"},     {"May", "Mai"},           {"June", "Juni"},
    {"July", "Juli"},       {"August", "August"},     {"September", "September"},
    {"October", "Oktober"}, {"November", "November"}, {"December", "Dezember"}};

}  // namespace

Language LanguageFor(std::string_view tag) {
  const std::string lower = absl::AsciiStrToLower(ToAbsl(tag));
  return lower == "de" || lower.starts_with("de-") ? Language::kGerman : Language::kEnglish;
}

std::string_view LanguageTag(Language language) { return In(language, "en", "de"); }

std::string DayIn(Language language, absl::CivilDay day) {
  const Month& month = kMonths[day.month() - 1];
  return absl::StrCat(day.day(), ToAbsl(In(language, " ", ". ")),
                      ToAbsl(In(language, month.english, month.german)), " ", day.year());
}

std::string TimeIn(Language language, absl::Time time, absl::TimeZone zone) {
  const absl::CivilSecond local = absl::ToCivilSecond(time, zone);
  return absl::StrFormat("%s, %02d:%02d%s (%s)", DayIn(language, absl::CivilDay(local)),
                         local.hour(), local.minute(), ToAbsl(In(language, "", " Uhr")),
                         zone.name());
}

std::string ListIn(Language language, const std::vector<std::string>& texts) {
  if (texts.size() < 2) return texts.empty() ? "" : texts.front();
  return absl::StrCat(absl::StrJoin(texts.begin(), texts.end() - 1, ", "),
                      ToAbsl(In(language, " and ", " und ")), texts.back());
}

}  // namespace clusterwire::text
