#include "services/catalogue/resources/organisations/member_rules.h"

#include "absl/strings/str_cat.h"

#include "libs/base/time/date.h"
#include "libs/resource/name.h"
#include "services/catalogue/common/access/access.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/dates/periods.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/references.h"
#include "services/catalogue/resources/organisations/member_dates.h"

namespace clusterwire::catalogue {
namespace {

void CheckOrganisationOf(const v1::Member* before, const v1::Member& member, const Context& context,
                         FieldErrors& errors) {
  constexpr std::string_view kPath = "member.organisation";
  if (before != nullptr && before->organisation() != member.organisation()) {
    errors.Add(kPath, absl::StrCat("is '", before->organisation(), "' and can't be changed"));
  } else if (member.organisation().empty()) {
    errors.Add(kPath, "is required: \"organisations/…\"");
  } else {
    CheckNamed(kPath, "organisations/{organisation}", member.organisation(), context, errors);
  }
}

// It overlaps no other record of the organisation in the cluster.
absl::Status CheckOnce(const v1::Member* before, const v1::Member& member, const Context& context) {
  const bool stays = before != nullptr && !store::IsDeleted(*before) &&
                     before->period().start() == member.period().start() &&
                     before->period().end() == member.period().end();
  if (stays) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto other,
                   OverlappingMember(context.reader, member, DayOf(context.now, kDefaultZone)));
  if (!other) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "ALREADY_MEMBER",
               absl::StrCat(member.organisation(), " is a member of ",
                            ToAbsl(store::ParentOf(member.name())), " already by ", other->name(),
                            " (", PeriodText(other->period()), "), and member.period (",
                            PeriodText(member.period()),
                            ") overlaps that: give that one an end, or this one a period that "
                            "lies before or after it"),
               {{"resource", other->name()}, {"field", "member.period"}});
}

absl::Status CheckMember(const v1::Member* before, const v1::Member& member, const Context& context,
                         FieldErrors& errors) {
  CheckOrganisationOf(before, member, context, errors);
  CheckPeriod("member.period", member.period(), errors);
  resource::CheckText(errors, "member.role", member.role(), 0, 200);
  CheckOrigin("member", member.sources(), {}, errors);
  return errors.empty() ? CheckOnce(before, member, context) : absl::OkStatus();
}

void SettleMember(const Context& context, v1::Member* member) {
  member->set_state(MemberStateAt(*member, context.now));
}

std::string MemberId(const v1::Member& member) {
  return member.organisation().substr(member.organisation().find('/') + 1);
}

// Of an organisation that comes back: "airbus-2", "airbus-3", ….
std::string AnotherMemberId(const v1::Member& member, int n) {
  const std::string end = absl::StrCat("-", n + 1);
  std::string id = MemberId(member).substr(0, resource::kMaxIdLength - end.size());
  while (id.ends_with('-')) id.pop_back();
  return id + end;
}

std::string_view KindOfMemberUpdate(const v1::Member& before, const v1::Member& next) {
  const bool ends =
      before.state() != v1::Member::STATE_ENDED && next.state() == v1::Member::STATE_ENDED;
  return ends ? change::KindText(change::v1::CHANGE_KIND_MEMBER_ENDED) : "";
}

}  // namespace

Rules<v1::Member> MemberRules() {
  return {.type = "member",
          .collection = "members",
          .parent = "clusters/{cluster}",
          .output_only = {"edited_fields", "moved_to", "state"},
          .suggest_id = &MemberId,
          .another_id = &AnotherMemberId,
          .check = &CheckMember,
          .settle = &SettleMember,
          .kind_of_update = &KindOfMemberUpdate};
}

absl::Status StepMember(store::Writer& writer, const std::string& name, absl::Time due) {
  ASSIGN_OR_RETURN(v1::Member member, writer.Get<v1::Member>(name));
  const v1::Member::State state = MemberStateAt(member, due);
  // As with labels: the states are numbered in the order of time.
  if (store::IsDeleted(member) || state <= member.state()) return absl::OkStatus();
  member.set_state(state);
  return writer.Put(member, change::KindText(state == v1::Member::STATE_ENDED
                                                 ? change::v1::CHANGE_KIND_MEMBER_ENDED
                                                 : change::v1::CHANGE_KIND_MEMBER_STARTED));
}

}  // namespace clusterwire::catalogue
