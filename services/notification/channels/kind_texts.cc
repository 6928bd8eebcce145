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
    {"cluster.shown", "the cluster's draft is shown to an office to which it applies"},
    {"cluster.hidden", "the cluster's draft is no longer shown to the office to which it applied"},

    {"label_scheme.created", "the label scheme is new here"},
    {"label_scheme.updated", "the label scheme's rules or description have changed"},
    {"label_scheme.deleted", "the label scheme was deleted"},
    {"label_scheme.undeleted", "the label scheme is back"},

    {"label.awarded", "the label was awarded"},
    {"label.updated", "the label's record was corrected"},
    {"label.renewed", "the label was renewed"},
    {"label.expiring", "the label ends {deadline}"},
    {"label.renewal_closing", "the label can be renewed for the last time {deadline}"},
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

    {"admission.consultation_asked", "the cluster asks the office for a talk"},
    {"admission.consultation_held", "the talk with the office took place"},
    {"admission.submitted", "the cluster has applied"},
    {"admission.returned", "the office asks the cluster to complete its application"},
    {"admission.assessed", "the office has checked the criteria"},
    {"admission.criterion_waived", "the office has waived a criterion"},
    {"admission.admitted", "the office has admitted the cluster"},
    {"admission.rejected", "the office has rejected the application"},
    {"admission.withdrawn", "the cluster has withdrawn"},
    {"admission.closed", "the office has closed the admission"},

    {"standing.probation_started", "the member is on probation"},
    {"standing.probation_ending", "the probation ends {deadline}"},
    {"standing.probation_ended", "the probation is over"},
    {"standing.grace_started", "the member lacks the label it needs and has time to get it"},
    {"standing.grace_ending", "the time to get the label that is needed ends {deadline}"},
    {"standing.requirement_missed",
     "the member still lacks the label it needs, and its time is over"},
    {"standing.requirement_met", "the member has the label it needs, or needs none any more"},
    {"standing.updated", "the office has changed how the member stands"},
    {"standing.ended", "the standing ended with the membership"},

    {"booking.asked", "the office was asked for it"},
    {"booking.approved", "the office has agreed to it"},
    {"booking.refused", "the office has refused it"},
    {"booking.completed", "the booking is done"},
    {"booking.cancelled", "the booking is cancelled"},

    {"coverage.asked", "the office was asked to pay"},
    {"coverage.approved", "the office has agreed to pay"},
    {"coverage.refused", "the office has refused to pay"},
    {"coverage.cancelled", "the cost coverage is cancelled"},
    {"coverage.assessed", "the outcome of the assessment is known"},
    {"coverage.invoiced", "the invoice has come"},
    {"coverage.paid", "the invoice is paid"},

    {"budget.created", "the budget is new"},
    {"budget.updated", "the budget has changed"},
    {"budget.committed", "the budget's free part has changed"},
    {"budget.deleted", "the budget was deleted"},
    {"budget.undeleted", "the budget is back"},

    {"event.created", "the event is new here"},
    {"event.updated", "the event's description has changed"},
    {"event.published", "the event was announced"},
    {"event.moved", "the event has another date or place"},
    {"event.deleted", "the event was deleted"},
    {"event.undeleted", "the event is back"},
    {"event.cancelled", "the event is cancelled"},
    {"event.reinstated", "the event takes place after all"},
};

constexpr std::string_view kDeadline = "{deadline}";

// "31 March 2027".
std::string InWords(absl::CivilDay day) {
  static constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                                 "May",       "June",     "July",     "August",
                                                 "September", "October",  "November", "December"};
  return absl::StrCat(day.day(), " ", ToAbsl(kMonths[day.month() - 1]), " ", day.year());
}

// "in 30 days, on 31 March 2027".
std::string DeadlineInWords(std::string_view text, int days_left) {
  const auto range = ParseDate(text);
  if (!range.ok()) return "soon";
  const std::string day = InWords(range->last);
  if (days_left <= 0) return absl::StrCat("today, on ", day);
  if (days_left == 1) return absl::StrCat("tomorrow, on ", day);
  return absl::StrCat("in ", days_left, " days, on ", day);
}

}  // namespace

std::string KindClause(std::string_view kind, std::string_view day, int days_left) {
  const auto* const text = std::ranges::find(kTexts, kind, &KindText::kind);
  if (text == std::end(kTexts)) {
    return absl::StrReplaceAll(ToAbsl(kind), {{".", " "}, {"_", " "}});
  }
  return absl::StrReplaceAll(ToAbsl(text->clause),
                             {{ToAbsl(kDeadline), DeadlineInWords(day, days_left)}});
}

}  // namespace clusterwire::notification
