#include "services/catalogue/resources/memberships/standing_state.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/label.pb.h"
#include "clusterwire/catalogue/v1/label_scheme.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "libs/base/time/date.h"
#include "services/catalogue/common/codes/code_book.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/resources/memberships/membership_dates.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kMostLabels = 1000;  // of a cluster

// The labels of the cluster that would meet the duty while they hold: of its level or one above it
// in the scheme's order.
absl::StatusOr<std::vector<v1::Label>> LabelsFor(const store::Reader& reader,
                                                 const std::string& cluster,
                                                 const v1::RequiredLabel& duty,
                                                 const v1::LabelScheme& scheme) {
  const auto rank = [&scheme](const std::string& level) {
    const auto& levels = scheme.levels();
    const auto found = std::find_if(levels.begin(), levels.end(),
                                    [&](const v1::LabelLevel& one) { return one.id() == level; });
    return found == levels.end() ? -1 : static_cast<int>(found - levels.begin());
  };
  const int least = rank(duty.level());
  std::vector<v1::Label> labels;
  ASSIGN_OR_RETURN(const auto found,
                   reader.Scan({.type = "label", .parent = cluster, .limit = kMostLabels}));
  for (const store::Scanned& one : found) {
    const auto& label = static_cast<const v1::Label&>(*one.resource);
    const bool is_enough =
        label.level() == duty.level() || (least >= 0 && rank(label.level()) >= least);
    if (label.scheme() == duty.scheme() && is_enough) labels.push_back(label);
  }
  return labels;
}

// A day and the moment at which it is over.
struct End {
  absl::CivilDay day;
  absl::Time time;
};

End EndOfDay(absl::CivilDay day, std::string_view zone) { return {day, EndOf({day, day}, zone)}; }

void Later(const End& end, std::optional<End>* latest) {
  if (!*latest || end.time > (*latest)->time) *latest = end;
}

// The last day of so many months of which `first` is the first day: of a year that begins on 29
// February the 28th, of a month that begins on 31 January the last of February.
absl::CivilDay LastOfMonthsFrom(absl::CivilDay first, int months) {
  const absl::CivilDay last = LastOfMonth(absl::CivilDay(absl::CivilMonth(first) + months));
  if (first.day() > last.day()) return last;
  return absl::CivilDay(last.year(), last.month(), first.day()) - 1;
}

// Since when the member has the duty: from its start, or since it is one. A start that isn't known
// lies before the day on which the membership was recorded.
absl::CivilDay DutyBegins(const v1::Membership& membership, const v1::RequiredLabel& duty,
                          absl::Time at) {
  const auto start = ParseDate(membership.period().start());
  const absl::Time recorded = membership.has_create_time() ? ToTime(membership.create_time()) : at;
  const absl::CivilDay begins = start.ok() ? start->last : DayOf(recorded, kDefaultZone);
  const auto since = ParseDate(duty.since());
  return since.ok() ? std::max(begins, since->last) : begins;
}

// The last day that a label held, if it no longer does at that moment: its end, or its revocation.
std::optional<absl::CivilDay> LastDayOf(const v1::Label& label, absl::Time at) {
  std::optional<absl::CivilDay> last;
  if (const auto end = ParseDate(label.valid_until()); end.ok()) {
    if (label.has_expire_time() && ToTime(label.expire_time()) <= at) last = end->last;
  }
  if (const auto revoked = ParseDate(label.revocation().revoked()); revoked.ok()) {
    last = last ? std::min(*last, revoked->last) : revoked->last;
  }
  return last;
}

bool Holds(const v1::Label& label, absl::Time at) {
  return !label.has_revocation() && label.has_expire_time() && at < ToTime(label.expire_time());
}

// The state of a current member that has the duty, with what it follows from.
void SettleDuty(const v1::Membership& membership, const v1::RequiredLabel& duty,
                const v1::LabelScheme& scheme, const std::vector<v1::Label>& labels, absl::Time at,
                v1::Standing* standing) {
  std::optional<End> grace =
      EndOfDay(LastOfMonthsFrom(DutyBegins(membership, duty, at), duty.new_member_grace_months()),
               kDefaultZone);
  standing->set_required_label(LevelCode(duty.scheme(), duty.level()));
  standing->set_state(v1::Standing::STATE_REQUIREMENT_MISSED);
  std::optional<End> newest;
  for (const v1::Label& label : labels) {
    const auto last = LastDayOf(label, at);
    if (Holds(label, at)) {
      standing->set_state(v1::Standing::STATE_GOOD);
      standing->set_label(label.name());
      standing->clear_extended_until();
      return;
    }
    if (!last) {  // its end isn't known
      standing->set_state(v1::Standing::STATE_UNKNOWN);
      standing->set_label(label.name());
      continue;
    }
    const End end = EndOfDay(*last, scheme.time_zone());
    if (standing->state() != v1::Standing::STATE_UNKNOWN && (!newest || end.time > newest->time)) {
      standing->set_label(label.name());
    }
    Later(end, &newest);
    Later(EndOfDay(PlusMonths(*last, duty.expiry_grace_months()), scheme.time_zone()), &grace);
  }
  if (standing->state() == v1::Standing::STATE_UNKNOWN) return;
  if (const auto longer = ParseDate(standing->extended_until()); longer.ok()) {
    Later(EndOfDay(longer->last, kDefaultZone), &grace);
  }
  standing->set_grace_until(FormatDay(grace->day));
  *standing->mutable_grace_end_time() = ToTimestamp(grace->time);
  if (at < grace->time) standing->set_state(v1::Standing::STATE_GRACE);
}

void SettleProbation(const v1::Programme& programme, absl::Time at, v1::Standing* standing) {
  const auto end = ProbationEndOf(*standing);
  const bool begun = standing->state() != v1::Standing::STATE_NOT_BEGUN &&
                     standing->state() != v1::Standing::STATE_ENDED;
  standing->set_on_probation(begun && end && at < *end);
  if (standing->on_probation()) {
    *standing->mutable_probation_reminder_days() = programme.probation_reminder_days();
  }
  if (standing->state() == v1::Standing::STATE_GRACE) {
    *standing->mutable_grace_reminder_days() = programme.grace_reminder_days();
  }
}

void ClearDerived(v1::Standing* standing) {
  standing->clear_on_probation();
  standing->clear_required_label();
  standing->clear_label();
  standing->clear_grace_until();
  standing->clear_grace_end_time();
  standing->clear_probation_reminder_days();
  standing->clear_grace_reminder_days();
}

}  // namespace

std::optional<absl::CivilDay> ProbationEnd(const v1::Programme& programme,
                                           const v1::Membership& membership) {
  const auto start = ParseDate(membership.period().start());
  if (programme.probation_months() <= 0 || !start.ok()) return std::nullopt;
  return LastOfMonthsFrom(start->last, programme.probation_months());
}

absl::Status Settle(const store::Reader& reader, const v1::Membership& membership, absl::Time at,
                    v1::Standing* standing) {
  v1::Programme programme;
  const absl::Status found = reader.Load(store::ParentOf(membership.name()), &programme);
  if (absl::IsNotFound(found)) return absl::OkStatus();
  RETURN_IF_ERROR(found);
  ClearDerived(standing);
  standing->set_cluster(membership.cluster());
  switch (StateAt(membership, at)) {
    case v1::Membership::STATE_CURRENT:
      standing->set_state(v1::Standing::STATE_GOOD);
      break;
    case v1::Membership::STATE_ENDED:
      standing->set_state(v1::Standing::STATE_ENDED);
      break;
    default:
      standing->set_state(v1::Standing::STATE_NOT_BEGUN);
  }
  if (membership.period().end().empty()) {
    standing->clear_end_reason();
    standing->clear_end_words();
  }
  const bool has_duty = standing->state() == v1::Standing::STATE_GOOD && programme.has_duty();
  v1::LabelScheme scheme;
  if (has_duty && reader.Load(programme.duty().scheme(), &scheme).ok()) {
    ASSIGN_OR_RETURN(const auto labels,
                     LabelsFor(reader, membership.cluster(), programme.duty(), scheme));
    SettleDuty(membership, programme.duty(), scheme, labels, at, standing);
  } else {
    standing->clear_extended_until();
  }
  SettleProbation(programme, at, standing);
  return absl::OkStatus();
}

bool SaysSomething(const v1::Standing& standing) {
  return !standing.probation_until().empty() || !standing.extended_until().empty() ||
         standing.end_reason() != v1::Standing::END_REASON_UNSPECIFIED ||
         !standing.end_words().empty() || standing.state() == v1::Standing::STATE_GRACE ||
         standing.state() == v1::Standing::STATE_REQUIREMENT_MISSED ||
         standing.state() == v1::Standing::STATE_UNKNOWN;
}

std::optional<absl::Time> ProbationEndOf(const v1::Standing& standing) {
  const auto end = ParseDate(standing.probation_until());
  if (!end.ok()) return std::nullopt;
  return EndOf(*end, kDefaultZone);
}

std::optional<absl::Time> GraceEndOf(const v1::Standing& standing) {
  if (!standing.has_grace_end_time()) return std::nullopt;
  return ToTime(standing.grace_end_time());
}

}  // namespace clusterwire::catalogue
