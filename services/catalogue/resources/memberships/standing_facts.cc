#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "clusterwire/catalogue/v1/standing.pb.h"

#include "libs/base/text/strings.h"
#include "libs/base/time/date.h"
#include "libs/change/record.h"
#include "libs/text/language.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/dates/periods.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/resources/memberships/standing_rules.h"
#include "services/catalogue/resources/memberships/standing_state.h"

namespace clusterwire::catalogue {
namespace {

std::string ProgrammeOf(const v1::Standing& standing) {
  return std::string(store::RootOf(standing.name()));
}

using text::In;
using text::Language;

std::string_view ReasonIn(Language language, v1::Standing::EndReason reason) {
  switch (reason) {
    case v1::Standing::END_REASON_LEFT:
      return In(language, "the cluster left", "das Cluster ist ausgetreten");
    case v1::Standing::END_REASON_EXCLUDED:
      return In(language, "the office excluded it", "die Geschäftsstelle hat es ausgeschlossen");
    case v1::Standing::END_REASON_PROGRAMME_ENDED:
      return In(language, "the programme ended", "das Programm ist beendet");
    case v1::Standing::END_REASON_MERGED:
      return In(language, "the cluster merged with another one",
                "das Cluster ist in einem anderen aufgegangen");
    default:
      return In(language, "the reason isn't stated", "der Grund ist nicht angegeben");
  }
}

// "ECEI Silver or better", from the scheme when it is known.
std::string RequiredIn(Language language, const v1::Standing& standing, const CodeBook& codes) {
  const std::string title = codes.TitleOfLevel(standing.required_label());
  return absl::StrCat(title.empty() ? standing.required_label() : title,
                      ToAbsl(In(language, " or better is required", " oder höher ist verlangt")));
}

// How it stands with the required label; empty where none is.
std::string DutyIn(Language language, const v1::Standing& standing, const CodeBook& codes) {
  std::string_view after;
  switch (standing.state()) {
    case v1::Standing::STATE_GRACE:
      after = In(language, " and missing; grace until ", " und fehlt; Nachfrist bis ");
      break;
    case v1::Standing::STATE_REQUIREMENT_MISSED:
      after =
          In(language, " and missing; the grace ended on ", " und fehlt; die Nachfrist endete am ");
      break;
    case v1::Standing::STATE_UNKNOWN:
      after = In(language, "; the end of the label isn't known",
                 "; das Ende des Labels ist nicht bekannt");
      break;
    case v1::Standing::STATE_GOOD:
      after = In(language, " and there", " und vorhanden");
      break;
    default:
      return "";
  }
  if (standing.required_label().empty()) return "";
  return absl::StrCat(RequiredIn(language, standing, codes), ToAbsl(after),
                      SummaryDate(language, standing.grace_until()), ".");
}

std::string SummaryIn(Language language, const v1::Standing& standing, const CodeBook& codes) {
  std::vector<std::string> sentences;
  if (std::string duty = DutyIn(language, standing, codes); !duty.empty()) {
    sentences.push_back(std::move(duty));
  }
  if (standing.on_probation()) {
    sentences.push_back(
        absl::StrCat(ToAbsl(In(language, "On probation until ", "In der Probezeit bis ")),
                     SummaryDate(language, standing.probation_until()), "."));
  }
  if (standing.end_reason() != v1::Standing::END_REASON_UNSPECIFIED) {
    const bool ended = standing.state() == v1::Standing::STATE_ENDED;
    sentences.push_back(absl::StrCat(ToAbsl(ended ? In(language, "Ended: ", "Beendet: ")
                                                  : In(language, "Is to end: ", "Soll enden: ")),
                                     ToAbsl(ReasonIn(language, standing.end_reason())), "."));
  }
  return absl::StrJoin(sentences, " ");
}

// By when one has to act: the earlier of the two ends that lie ahead.
std::string DeadlineOf(const v1::Standing& standing) {
  const auto grace = standing.state() == v1::Standing::STATE_GRACE
                         ? ParseDate(standing.grace_until())
                         : absl::StatusOr<DayRange>(absl::NotFoundError(""));
  const auto probation = ParseDate(standing.probation_until());
  if (!standing.on_probation() || !probation.ok()) {
    return grace.ok() ? standing.grace_until() : "";
  }
  return grace.ok() && grace->last < probation->last ? standing.grace_until()
                                                     : standing.probation_until();
}

facts::Facts Own(const v1::Standing& standing, const CodeBook& codes) {
  facts::Facts facts;
  const std::string programme = ProgrammeOf(standing);
  facts.set_type("standing");
  facts.set_name(standing.name());
  facts.set_title(absl::StrCat(
      standing.state() == v1::Standing::STATE_ENDED ? "Former member of " : "Member of ",
      programme.substr(programme.find('/') + 1)));
  facts.set_summary(SummaryIn(Language::kEnglish, standing, codes));
  facts.set_summary_de(SummaryIn(Language::kGerman, standing, codes));
  facts.set_state(WordOf(standing.state()));
  if (standing.on_probation()) facts.set_kind("probation");
  facts.set_deadline(DeadlineOf(standing));
  facts.set_parent(std::string(store::ParentOf(standing.name())));
  AddSorted({programme}, facts.mutable_programmes());
  AddSorted({standing.cluster()}, facts.mutable_clusters());
  RestrictTo({programme, standing.cluster()}, &facts);
  return facts;
}

std::vector<std::string> Links(const v1::Standing& standing) { return {standing.cluster()}; }

std::vector<store::Timer> Timers(const v1::Standing& standing) {
  std::vector<store::Timer> timers;
  const auto probation = ProbationEndOf(standing);
  const auto grace = GraceEndOf(standing);
  if (standing.on_probation() && probation) timers.push_back({*probation, "probation"});
  if (standing.state() == v1::Standing::STATE_GRACE && grace) timers.push_back({*grace, "grace"});
  return timers;
}

// In whose days the grace is counted: those of the scheme, where a label's end gave it.
std::string GraceZone(const v1::Standing& standing, absl::CivilDay day, const CodeBook& codes) {
  const auto end = GraceEndOf(standing);
  for (const auto& [name, scheme] : codes.schemes()) {
    const std::string level =
        standing.required_label().substr(standing.required_label().find(':') + 1);
    if (LevelCode(name, level) != standing.required_label()) continue;
    if (end == EndOf({day, day}, scheme.time_zone())) return scheme.time_zone();
  }
  return std::string(kDefaultZone);
}

std::vector<Deadline> Deadlines(const store::Message& message, const CodeBook& codes) {
  const auto& standing = static_cast<const v1::Standing&>(message);
  std::vector<Deadline> deadlines;
  const auto probation = ParseDate(standing.probation_until());
  if (standing.on_probation() && probation.ok()) {
    deadlines.push_back(
        {.kind = change::KindText(change::v1::CHANGE_KIND_STANDING_PROBATION_ENDING),
         .day = probation->last,
         .zone = std::string(kDefaultZone),
         .leads = {standing.probation_reminder_days().begin(),
                   standing.probation_reminder_days().end()}});
  }
  const auto grace = ParseDate(standing.grace_until());
  if (standing.state() == v1::Standing::STATE_GRACE && grace.ok()) {
    deadlines.push_back(
        {.kind = change::KindText(change::v1::CHANGE_KIND_STANDING_GRACE_ENDING),
         .day = grace->last,
         .zone = GraceZone(standing, grace->last, codes),
         .leads = {standing.grace_reminder_days().begin(), standing.grace_reminder_days().end()}});
  }
  return deadlines;
}

}  // namespace

CatalogueType StandingType() {
  return {.type = facts::MakeType<v1::Standing, CodeBook>(
              "standing", "programmes/{programme}/memberships/{membership}/standing",
              {.own = &Own, .links = &Links, .timers = &Timers}),
          .step = &StepStanding,
          .deadlines = &Deadlines,
          .follow = &FollowIntoStandings};
}

}  // namespace clusterwire::catalogue
