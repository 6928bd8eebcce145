#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/membership.pb.h"

#include "libs/text/language.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/dates/periods.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/resources/memberships/membership_rules.h"

namespace clusterwire::catalogue {
namespace {

std::string ProgrammeOf(const v1::Membership& membership) {
  return std::string(store::ParentOf(membership.name()));
}

// "Member 2012 to 2019.", "Mitglied von 2012 bis 2019."; empty without dates.
std::string SummaryIn(text::Language language, const type::v1::Period& period) {
  if (period.start().empty() && period.end().empty()) return "";
  if (language == text::Language::kEnglish) return absl::StrCat("Member ", PeriodText(period), ".");
  const std::string start = SummaryDate(language, period.start());
  const std::string end = SummaryDate(language, period.end());
  if (end.empty()) return absl::StrCat("Mitglied seit ", start, ".");
  return Joined({start.empty() ? "Mitglied" : absl::StrCat("Mitglied von ", start),
                 absl::StrCat("bis ", end, ".")},
                " ");
}

facts::Facts Own(const v1::Membership& membership, const CodeBook&) {
  facts::Facts facts = Described("membership", membership);
  const std::string programme = ProgrammeOf(membership);
  facts.set_title(
      Joined({absl::StrCat("Member of ", programme.substr(programme.find('/') + 1)),
              membership.level().empty() ? "" : absl::StrCat("(", membership.level(), ")")},
             " "));
  facts.set_summary(SummaryIn(text::Language::kEnglish, membership.period()));
  facts.set_summary_de(SummaryIn(text::Language::kGerman, membership.period()));
  if (membership.has_period()) *facts.mutable_period() = membership.period();
  facts.set_parent(programme);
  AddSorted({membership.cluster()}, facts.mutable_clusters());
  if (membership.state() == v1::Membership::STATE_CURRENT) {
    AddSorted({programme}, facts.mutable_programmes());
  }
  if (membership.state() == v1::Membership::STATE_DRAFT) RestrictTo({programme}, &facts);
  return facts;
}

std::vector<std::string> Links(const v1::Membership& membership) { return {membership.cluster()}; }

// Those current, or whose end isn't known.
void Aggregate(const v1::Membership& membership, const CodeBook&, facts::Facts* cluster) {
  if (membership.state() != v1::Membership::STATE_CURRENT) return;
  AddSorted({ProgrammeOf(membership)}, cluster->mutable_programmes());
}

std::vector<store::Timer> Timers(const v1::Membership& membership) {
  if (membership.state() == v1::Membership::STATE_DRAFT) return {};
  std::vector<store::Timer> timers;
  const PeriodMoments moments = MomentsOf(membership.period());
  if (moments.start) timers.push_back({*moments.start, "start"});
  if (moments.end) timers.push_back({*moments.end, "end"});
  return timers;
}

Tie TieOf(const store::Message& message) {
  const auto& membership = static_cast<const v1::Membership&>(message);
  return membership.state() == v1::Membership::STATE_CURRENT ? Tie::kMember : Tie::kNone;
}

}  // namespace

CatalogueType MembershipType() {
  return {.type = facts::MakeType<v1::Membership, CodeBook>(
              "membership", "programmes/{programme}/memberships/{membership}",
              {.own = &Own, .links = &Links, .aggregate = &Aggregate, .timers = &Timers}),
          .step = &StepMembership,
          .tie = &TieOf};
}

}  // namespace clusterwire::catalogue
