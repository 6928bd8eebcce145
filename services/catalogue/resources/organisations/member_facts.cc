#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/member.pb.h"

#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/dates/periods.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/resources/organisations/member_rules.h"

namespace clusterwire::catalogue {
namespace {

std::string ClusterOf(const v1::Member& member) {
  return std::string(store::ParentOf(member.name()));
}

std::string GermanPeriod(const type::v1::Period& period) {
  if (period.start().empty() && period.end().empty()) return "ohne Daten";
  if (period.end().empty()) return absl::StrCat("seit ", period.start());
  if (period.start().empty()) return absl::StrCat("bis ", period.end());
  return absl::StrCat("von ", period.start(), " bis ", period.end());
}

facts::Facts MemberFacts(const v1::Member& member, const CodeBook&) {
  facts::Facts facts = Described("member", member);
  facts.set_title("Member");
  facts.set_summary(
      Joined({absl::StrCat("Member ", PeriodText(member.period()), "."), member.role()}, " "));
  facts.set_summary_de(
      Joined({absl::StrCat("Mitglied ", GermanPeriod(member.period()), "."), member.role()}, " "));
  if (member.has_period()) *facts.mutable_period() = member.period();
  facts.set_parent(ClusterOf(member));
  AddSorted({ClusterOf(member)}, facts.mutable_clusters());
  AddSorted({member.organisation()}, facts.mutable_organisations());
  SetLink("", member.sources(), &facts);
  return facts;
}

std::vector<std::string> MemberLinks(const v1::Member& member) {
  return {ClusterOf(member), member.organisation()};
}

// An organisation is about the clusters that it is a member of now.
void AggregateMember(const v1::Member& member, const CodeBook&, facts::Facts* target) {
  if (target->type() != "organisation" || member.state() != v1::Member::STATE_CURRENT) return;
  AddSorted({ClusterOf(member)}, target->mutable_clusters());
}

// A member is what its organisation is. Where that works, and in which fields, says nothing of the
// cluster.
void InheritMember(const facts::Facts& target, facts::Facts* member) {
  if (target.type() != "organisation") return Inherit(target, member);
  member->set_kind(target.kind());
  AddTitle(target.name(), target.title(), member);
  if (member->link().empty()) member->set_link(target.link());
  member->set_title(absl::StrCat(member->title(), ": ", target.title()));
}

std::vector<store::Timer> MemberTimers(const v1::Member& member) {
  std::vector<store::Timer> timers;
  const PeriodMoments moments = MomentsOf(member.period());
  if (moments.start) timers.push_back({*moments.start, "start"});
  if (moments.end) timers.push_back({*moments.end, "end"});
  return timers;
}

}  // namespace

CatalogueType MemberType() {
  return {
      .type = facts::MakeType<v1::Member, CodeBook>("member", "clusters/{cluster}/members/{member}",
                                                    {.own = &MemberFacts,
                                                     .links = &MemberLinks,
                                                     .aggregate = &AggregateMember,
                                                     .inherit = &InheritMember,
                                                     .timers = &MemberTimers}),
      .step = &StepMember};
}

}  // namespace clusterwire::catalogue
