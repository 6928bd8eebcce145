#include "services/notification/channels/kind_texts.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/civil_time.h"

#include "libs/base/text/strings.h"
#include "libs/base/time/date.h"

namespace clusterwire::notification {
namespace {

struct KindText {
  std::string_view kind;
  std::string_view clause;  // {deadline} stands for "in 30 days, on 31 March 2027"
};

constexpr KindText kTexts[] = {
    {"taxonomy.created", "the code list is new"},
    {"taxonomy.updated", "the code list has changed"},
    {"taxonomy.deleted", "the code list was deleted"},
    {"taxonomy.undeleted", "the code list is back"},

    {"cluster.created", "the cluster is new here"},
    {"cluster.updated", "the cluster's profile has changed"},
    {"cluster.published", "the cluster's profile is public now"},
    {"cluster.deleted", "the cluster's profile was deleted"},
    {"cluster.undeleted", "the cluster's profile is back"},

    {"label_scheme.created", "the label scheme is new here"},
    {"label_scheme.updated", "the label scheme's rules or description have changed"},
    {"label_scheme.deleted", "the label scheme was deleted"},
    {"label_scheme.undeleted", "the label scheme is back"},

    {"label.awarded", "the label was awarded"},
    {"label.updated", "the label's record was corrected"},
    {"label.renewed", "the label was renewed"},
    {"label.expiring", "the label ends {deadline}"},
    {"label.expired", "the label has ended; it may still be renewed"},
    {"label.lapsed", "the label can no longer be renewed"},
    {"label.revoked", "the label was taken back"},
    {"label.deleted", "the label's record was a mistake and is deleted"},
    {"label.undeleted", "the label's record is back"},

    {"programme.created", "the programme is new here"},
    {"programme.updated", "the programme's description has changed"},
    {"programme.published", "the programme is public now"},
    {"programme.deleted", "the programme was deleted"},
    {"programme.undeleted", "the programme is back"},

    {"membership.created", "the membership was recorded"},
    {"membership.updated", "the membership's record was corrected"},
    {"membership.started", "the membership has begun"},
    {"membership.ended", "the membership has ended"},
    {"membership.deleted", "the membership's record was a mistake and is deleted"},
    {"membership.undeleted", "the membership's record is back"},
    {"membership.published", "the membership is public now"},

    {"event.created", "the event is new here"},
    {"event.updated", "the event's description has changed"},
    {"event.published", "the event was announced"},
    {"event.moved", "the event has another date or place"},
    {"event.deleted", "the event was deleted"},
    {"event.undeleted", "the event is back"},
};

constexpr std::string_view kDeadline = "{deadline}";

std::string InWords(absl::CivilDay day) {
  static constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                                 "May",       "June",     "July",     "August",
                                                 "September", "October",  "November", "December"};
  return absl::StrCat(day.day(), " ", ToAbsl(kMonths[day.month() - 1]), " ", day.year());
}

// "in 30 days, on 31 March 2027"; "soon" where there is no day to count to.
std::string DeadlineInWords(std::string_view deadline, absl::Time when) {
  const auto range = ParseDate(deadline);
  if (!range.ok()) return "soon";
  const auto days = range->last - absl::ToCivilDay(when, absl::UTCTimeZone());
  const std::string day = InWords(range->last);
  if (days < 0) return absl::StrCat("on ", day);
  if (days == 0) return absl::StrCat("today, on ", day);
  if (days == 1) return absl::StrCat("tomorrow, on ", day);
  return absl::StrCat("in ", days, " days, on ", day);
}

}  // namespace

std::string KindClause(std::string_view kind, std::string_view deadline, absl::Time when) {
  const auto* const text = std::ranges::find(kTexts, kind, &KindText::kind);
  if (text == std::end(kTexts)) {
    return absl::StrReplaceAll(ToAbsl(kind), {{".", " "}, {"_", " "}});
  }
  return absl::StrReplaceAll(ToAbsl(text->clause),
                             {{ToAbsl(kDeadline), DeadlineInWords(deadline, when)}});
}

}  // namespace clusterwire::notification
