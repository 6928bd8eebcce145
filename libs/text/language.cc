#include "libs/text/language.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "libs/base/text/strings.h"
#include "libs/base/time/date.h"

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

Language LanguageAsked(std::string_view accept_language) {
  double best = 0;
  Language language = Language::kEnglish;
  for (const absl::string_view item : absl::StrSplit(ToAbsl(accept_language), ',')) {
    const std::vector<absl::string_view> parts = absl::StrSplit(item, ';');
    const std::string tag = absl::AsciiStrToLower(absl::StripAsciiWhitespace(parts[0]));
    double weight = 1;
    for (size_t i = 1; i < parts.size(); ++i) {
      const absl::string_view part = absl::StripAsciiWhitespace(parts[i]);
      if (part.substr(0, 2) == "q=" && !absl::SimpleAtod(part.substr(2), &weight)) weight = 0;
    }
    const std::string primary = tag.substr(0, tag.find('-'));
    if (weight <= best || (primary != "de" && primary != "en")) continue;
    best = weight;
    language = primary == "de" ? Language::kGerman : Language::kEnglish;
  }
  return language;
}

std::string_view LanguageTag(Language language) { return In(language, "en", "de"); }

std::string DayIn(Language language, absl::CivilDay day) {
  const Month& month = kMonths[day.month() - 1];
  return absl::StrCat(day.day(), ToAbsl(In(language, " ", ". ")),
                      ToAbsl(In(language, month.english, month.german)), " ", day.year());
}

std::string DateIn(Language language, std::string_view date) {
  const auto days = ParseDate(date);
  if (!days.ok()) return std::string(date);
  const absl::CivilDay first = days->first;
  const int months = (days->last.month() - first.month()) + 1;
  if (months == 12) return absl::StrCat(first.year());
  if (months == 3) {
    static constexpr std::string_view kQuarters[] = {"1st", "2nd", "3rd", "4th"};
    const int quarter = (first.month() - 1) / 3;
    return language == Language::kGerman
               ? absl::StrCat(quarter + 1, ". Quartal ", first.year())
               : absl::StrCat(ToAbsl(kQuarters[quarter]), " quarter of ", first.year());
  }
  if (days->first == days->last) return DayIn(language, first);
  const Month& month = kMonths[first.month() - 1];
  return absl::StrCat(ToAbsl(In(language, month.english, month.german)), " ", first.year());
}

std::string LocalTimeIn(Language language, std::string_view local) {
  const size_t t = local.find('T');
  if (t == std::string_view::npos) return DateIn(language, local);
  return absl::StrCat(DateIn(language, local.substr(0, t)), ", ", ToAbsl(local.substr(t + 1)),
                      ToAbsl(In(language, "", " Uhr")));
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
