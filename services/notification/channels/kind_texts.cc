#include "services/notification/channels/kind_texts.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "libs/base/text/strings.h"
#include "libs/base/time/date.h"
#include "libs/change/wording.h"

namespace clusterwire::notification {
namespace {

// "in 30 days, on 31 March 2027"; "in 30 Tagen, am 31. März 2027".
std::string DeadlineInWords(std::string_view text, int days_left, text::Language language) {
  const bool german = language == text::Language::kGerman;
  const auto range = ParseDate(text);
  if (!range.ok()) return german ? "bald" : "soon";
  const std::string day =
      absl::StrCat(german ? ", am " : ", on ", text::DayIn(language, range->last));
  if (days_left <= 0) return absl::StrCat(german ? "heute" : "today", day);
  if (days_left == 1) return absl::StrCat(german ? "morgen" : "tomorrow", day);
  return absl::StrCat("in ", days_left, german ? " Tagen" : " days", day);
}

}  // namespace

std::string KindText(std::string_view kind, text::Language language, std::string_view day,
                     int days_left) {
  const std::string_view clause = change::KindClause(kind, language);
  if (clause.empty()) return absl::StrReplaceAll(ToAbsl(kind), {{".", " "}, {"_", " "}});
  return absl::StrReplaceAll(ToAbsl(clause),
                             {{"{deadline}", DeadlineInWords(day, days_left, language)}});
}

}  // namespace clusterwire::notification
