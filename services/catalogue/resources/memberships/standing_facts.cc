#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "clusterwire/catalogue/v1/standing.pb.h"

#include "libs/base/time/date.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/resources/memberships/standing_rules.h"
#include "services/catalogue/resources/memberships/standing_state.h"

namespace clusterwire::catalogue {
namespace {

std::string ProgrammeOf(const v1::Standing& standing) {
  return std::string(store::RootOf(standing.name()));
}

std::string ReasonText(v1::Standing::EndReason reason) {
  switch (reason) {
    case v1::Standing::END_REASON_LEFT:
      return "the cluster left";
    case v1::Standing::END_REASON_EXCLUDED:
      return "the office excluded it";
    case v1::Standing::END_REASON_PROGRAMME_ENDED:
      return "the programme ended";
    case v1::Standing::END_REASON_MERGED:
      return "the cluster merged with another one";
    default:
      return "the reason isn't stated";
  }
}

// "ECEI Silver or better", from the scheme when it is known.
std::string RequiredText(const v1::Standing& standing, const CodeBook& codes) {
  const std::string title = codes.TitleOfLevel(standing.required_label());
  return absl::StrCat(title.empty() ? standing.required_label() : title, " or better");
}

std::string SummaryOf(const v1::Standing& standing, const CodeBook& codes) {
  std::vector<std::string> sentences;
  switch (standing.state()) {
    case v1::Standing::STATE_GRACE:
      sentences.push_back(absl::StrCat(RequiredText(standing, codes),
                                       " is required and missing; grace until ",
                                       standing.grace_until(), "."));
      break;
    case v1::Standing::STATE_REQUIREMENT_MISSED:
      sentences.push_back(absl::StrCat(RequiredText(standing, codes),
                                       " is required and missing; the grace ended on ",
                                       standing.grace_until(), "."));
      break;
    case v1::Standing::STATE_UNKNOWN:
      sentences.push_back(absl::StrCat(RequiredText(standing, codes),
                                       " is required; the end of the label isn't known."));
      break;
    case v1::Standing::STATE_GOOD:
      if (standing.required_label().empty()) break;
      sentences.push_back(absl::StrCat(RequiredText(standing, codes), " is required and there."));
      break;
    default:
      break;
  }
  if (standing.on_probation()) {
    sentences.push_back(absl::StrCat("On probation until ", standing.probation_until(), "."));
  }
  if (standing.end_reason() != v1::Standing::END_REASON_UNSPECIFIED) {
    sentences.push_back(
        absl::StrCat(standing.state() == v1::Standing::STATE_ENDED ? "Ended: " : "Is to end: ",
                     ReasonText(standing.end_reason()), "."));
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
  facts.set_summary(SummaryOf(standing, codes));
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

}  // namespace

CatalogueType StandingType() {
  return {.type = facts::MakeType<v1::Standing, CodeBook>(
              "standing", "programmes/{programme}/memberships/{membership}/standing",
              {.own = &Own, .links = &Links, .timers = &Timers}),
          .step = &StepStanding,
          .follow = &FollowIntoStandings};
}

}  // namespace clusterwire::catalogue
