#include "services/catalogue/resources/memberships/membership_rules.h"

#include <algorithm>

#include "clusterwire/catalogue/v1/cluster.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"

#include "libs/base/time/date.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/publish.h"
#include "services/catalogue/common/fields/references.h"
#include "services/catalogue/resources/memberships/standing_rules.h"

namespace clusterwire::catalogue {
namespace {

absl::Status CheckCluster(const v1::Membership* before, const v1::Membership& membership,
                          const Context& context, FieldErrors& errors) {
  if (before != nullptr && before->cluster() != membership.cluster()) {
    errors.Add("membership.cluster",
               absl::StrCat("is '", before->cluster(), "' and can't be changed"));
    return absl::OkStatus();
  }
  if (!CheckReference("membership.cluster", "clusters/{cluster}", membership.cluster(), errors)) {
    return absl::OkStatus();
  }
  v1::Cluster cluster;
  const bool is_there = IsThereFor(context.viewer, context.reader, membership.cluster(), &cluster);
  if (!is_there && before != nullptr && store::IsDeleted(*before)) {
    // It would come back out of everybody's sight. Others than operators never see what it is
    // about.
    if (!context.viewer.operator_) return NotFoundError(membership.name());
    return Error(absl::StatusCode::kFailedPrecondition, "CLUSTER_DELETED",
                 absl::StrCat(membership.cluster(), " is deleted; undelete it first"),
                 {{"resource", membership.cluster()}});
  } else if (!is_there) {
    errors.Add("membership.cluster",
               NotThere(context.viewer, context.reader, membership.cluster()));
  }
  return absl::OkStatus();
}

void CheckLevel(const v1::Membership& membership, const Context& context, FieldErrors& errors) {
  if (membership.level().empty()) return;
  v1::Programme programme;
  if (!context.reader.Load(store::ParentOf(membership.name()), &programme).ok()) return;
  const auto& levels = programme.levels();
  if (std::find(levels.begin(), levels.end(), membership.level()) == levels.end()) {
    errors.Add("membership.level",
               absl::StrCat("'", membership.level(), "' is no level of ", programme.name(),
                            programme.levels().empty() ? ", which has none" : ": ",
                            absl::StrJoin(levels, ", ")));
  }
}

// An ended membership stays ended: who comes back begins a new one, and each keeps its own dates.
absl::Status CheckNotOpenedAgain(const v1::Membership* before, const v1::Membership& membership,
                                 const Context& context) {
  if (before == nullptr || store::IsDeleted(*before) ||
      before->state() != v1::Membership::STATE_ENDED ||
      StateAt(membership, context.now) == v1::Membership::STATE_ENDED) {
    return absl::OkStatus();
  }
  return Error(absl::StatusCode::kFailedPrecondition, "MEMBERSHIP_ENDED",
               absl::StrCat(membership.name(), " has ended (", PeriodText(before->period()),
                            ") and can't be opened again: CreateMembership records that the "
                            "cluster is a member again from a later start on; where the end was "
                            "a mistake, DeleteMembership and create it anew without it"),
               {{"resource", membership.name()}, {"field", "membership.period.end"}});
}

// What was true before is no reason to refuse another change, such as a correction of its level.
bool StaysWhereItWas(const v1::Membership* before, const v1::Membership& membership) {
  return before != nullptr && !store::IsDeleted(*before) &&
         before->period().start() == membership.period().start() &&
         before->period().end() == membership.period().end();
}

// `field` of the request is what stands against `other`, and `remedy` says what to do.
absl::Status AlreadyMember(const Context& context, const v1::Membership& other,
                           const std::string& field, const std::string& remedy) {
  const bool seen =
      context.viewer.operator_ || CheckMaySee(context.reader, context.viewer, other.name()).ok();
  const std::string named =
      seen ? absl::StrCat(" by ", other.name(), " (", PeriodText(other.period()), ")") : "";
  return Error(absl::StatusCode::kFailedPrecondition, "ALREADY_MEMBER",
               absl::StrCat(other.cluster(), " is a member of ",
                            ToAbsl(store::ParentOf(other.name())), " already", named, remedy),
               {{"resource", seen ? other.name() : other.cluster()}, {"field", field}});
}

// It overlaps no other membership of the cluster in the programme.
absl::Status CheckAlone(const v1::Membership* before, const v1::Membership& membership,
                        const Context& context) {
  if (StaysWhereItWas(before, membership)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto other,
                   Overlapping(context.reader, membership, DayOf(context.now, kDefaultZone),
                               /*drafts=*/true));
  if (!other) return absl::OkStatus();
  return AlreadyMember(
      context, *other, "membership.period",
      absl::StrCat(", and membership.period (", PeriodText(membership.period()),
                   ") overlaps that: EndMembership ends the other one, or give a period "
                   "that lies before or after it"));
}

absl::Status Check(const v1::Membership* before, const v1::Membership& membership,
                   const Context& context, FieldErrors& errors) {
  RETURN_IF_ERROR(CheckCluster(before, membership, context, errors));
  CheckLevel(membership, context, errors);
  CheckPeriod("membership.period", membership.period(), errors);
  CheckOrigin("membership", membership.sources(), membership.external_ids(), errors);
  if (!errors.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(CheckNotOpenedAgain(before, membership, context));
  return CheckAlone(before, membership, context);
}

void SettleMembership(const Context& context, v1::Membership* membership) {
  membership->set_state(StateAt(*membership, context.now));
}

void Note(const v1::Membership* before, const v1::Membership& membership, const Context&,
          Notes& notes) {
  NoteDraft(before, membership, "PublishMembership", notes);
  if (before != nullptr || membership.state() == v1::Membership::STATE_DRAFT) return;
  notes.push_back(absl::StrCat("state: ", v1::Membership::State_Name(membership.state()),
                               ", as its period and today say; the public sees it at once. A ",
                               "creation with STATE_DRAFT keeps it back until PublishMembership"));
}

// The cluster's own id: of its first membership in a programme.
std::string SuggestId(const v1::Membership& membership) {
  return membership.cluster().substr(membership.cluster().find('/') + 1);
}

// Of one that is admitted again: "hamburg-aviation-2026", "hamburg-aviation-2026-2", ….
std::string AnotherId(const v1::Membership& membership, int n) {
  const auto start = ParseDate(membership.period().start());
  std::string end;
  if (start.ok()) absl::StrAppend(&end, "-", start->first.year());
  const int number = start.ok() ? n : n + 1;
  if (number > 1) absl::StrAppend(&end, "-", number);
  std::string id = SuggestId(membership).substr(0, resource::kMaxIdLength - end.size());
  while (id.ends_with('-')) id.pop_back();
  return id + end;
}

std::string NameUnder(std::string_view programme, std::string_view id) {
  return absl::StrCat(ToAbsl(programme), "/memberships/", ToAbsl(id));
}

// As a creation without an id finds one: what has the others is known to the viewer, or the end is
// a random one.
absl::StatusOr<std::string> FreeId(const Context& context, std::string_view programme,
                                   const v1::Membership& membership) {
  constexpr int kMostIds = 50;
  v1::Membership there;
  for (int n = 0; n <= kMostIds; ++n) {
    const std::string id = n == 0 ? SuggestId(membership) : AnotherId(membership, n);
    const absl::Status taken = context.reader.Load(NameUnder(programme, id), &there);
    if (absl::IsNotFound(taken)) return id;
    RETURN_IF_ERROR(taken);
    const bool known = context.viewer.operator_ || store::IsDeleted(there) ||
                       CheckMaySee(context.reader, context.viewer, there.name()).ok();
    if (!known) break;
  }
  return resource::WithRandomEnd(SuggestId(membership), Random::System());
}

std::string_view KindOfUpdate(const v1::Membership& before, const v1::Membership& next) {
  const bool ends =
      before.state() != v1::Membership::STATE_ENDED && next.state() == v1::Membership::STATE_ENDED;
  return ends ? change::KindText(change::v1::CHANGE_KIND_MEMBERSHIP_ENDED) : "";
}

// What EndMembership asks of a membership.
absl::Status Ended(const Context& context, const v1::EndMembershipRequest& request,
                   v1::Membership* membership) {
  const std::string end =
      request.end().empty() ? FormatDay(DayOf(context.now, kDefaultZone)) : request.end();
  FieldErrors errors;
  const auto last = ParseDate(end);
  errors.AddAll("end", last.status());
  const auto start = ParseDate(membership->period().start());
  if (last.ok() && start.ok() && last->last < start->first) {
    errors.Add("end",
               absl::StrCat("'", end, "' is before the start '", membership->period().start(),
                            "'; what never begins is deleted, by DeleteMembership"));
  }
  CheckEnum("reason", request.reason(), errors);
  resource::CheckText(errors, "words", request.words(), 0, kMostEndWords);
  RETURN_IF_ERROR(errors.ToStatus());
  const bool ended = membership->state() == v1::Membership::STATE_ENDED;
  ASSIGN_OR_RETURN(const bool same_reason, HasReason(context.reader, *membership, request));
  if (ended && same_reason && (request.end().empty() || membership->period().end() == end)) {
    return absl::OkStatus();
  }
  if (ended) {
    return Error(
        absl::StatusCode::kFailedPrecondition, "ALREADY_ENDED",
        absl::StrCat(membership->name(), " has ended already (", PeriodText(membership->period()),
                     "); UpdateMembership corrects its period, UpdateStanding of ",
                     StandingOf(membership->name()), " the reason"),
        {{"resource", membership->name()}});
  }
  membership->mutable_period()->set_end(end);
  if (membership->state() == v1::Membership::STATE_DRAFT) membership->clear_state();
  membership->set_state(StateAt(*membership, context.now));
  return absl::OkStatus();
}

}  // namespace

Rules<v1::Membership> MembershipRules() {
  return {.type = "membership",
          .collection = "memberships",
          .parent = "programmes/{programme}",
          .output_only = {"edited_fields"},
          .create_only = {"state"},
          .suggest_id = &SuggestId,
          .another_id = &AnotherId,
          .check = &Check,
          .settle = &SettleMembership,
          .note = &Note,
          .kind_of_update = &KindOfUpdate,
          .as_of = &MembershipAsOf};
}

absl::StatusOr<v1::Membership> Memberships::Publish(const WriteCall& call, const std::string& name,
                                                    const std::string& etag) {
  return Modify(call, name, etag, change::KindText(change::v1::CHANGE_KIND_MEMBERSHIP_PUBLISHED),
                [](const Context&, v1::Membership* membership) {
                  if (membership->state() == v1::Membership::STATE_DRAFT) membership->clear_state();
                  return absl::OkStatus();
                });
}

absl::StatusOr<v1::Membership> Memberships::End(const WriteCall& call,
                                                const v1::EndMembershipRequest& request) {
  return Modify(
      call, request.name(), request.etag(), "",
      [&](const Context& context, v1::Membership* membership) {
        return Ended(context, request, membership);
      },
      "name", Shown::kAsRead,
      [&](store::Writer& writer, const Context&, const v1::Membership& membership, Notes&) {
        return KeepReason(writer, membership, request);
      });
}

absl::Status CheckMayJoin(const Context& context, std::string_view programme,
                          std::string_view cluster, const type::v1::Period& period) {
  v1::Membership membership;
  membership.set_name(absl::StrCat(ToAbsl(programme), "/memberships/-"));
  membership.set_cluster(std::string(cluster));
  *membership.mutable_period() = period;
  // A draft is the office's own and no membership yet: it must not show who comes.
  ASSIGN_OR_RETURN(const auto other,
                   Overlapping(context.reader, membership, DayOf(context.now, kDefaultZone),
                               /*drafts=*/false));
  if (!other) return absl::OkStatus();
  return AlreadyMember(context, *other, "cluster",
                       "; members don't apply: who comes back does when that has ended");
}

absl::StatusOr<v1::Membership> Admit(store::Writer& writer, const Context& context,
                                     std::string_view programme, v1::Membership membership) {
  static const Rules<v1::Membership> kRules = MembershipRules();
  ASSIGN_OR_RETURN(const std::string id, FreeId(context, programme, membership));
  membership.set_name(NameUnder(programme, id));
  RETURN_IF_ERROR(kRules.CheckAndSettle(nullptr, &membership, context));
  RETURN_IF_ERROR(writer.Put(membership, kRules.KindOf(nullptr, membership)));
  return writer.Get<v1::Membership>(membership.name());
}

absl::Status StepMembership(store::Writer& writer, const std::string& name, absl::Time due) {
  ASSIGN_OR_RETURN(v1::Membership membership, writer.Get<v1::Membership>(name));
  const v1::Membership::State state = StateAt(membership, due);
  // As with labels: the states are numbered in the order of time.
  if (store::IsDeleted(membership) || state <= membership.state()) return absl::OkStatus();
  membership.set_state(state);
  return writer.Put(membership, change::KindText(state == v1::Membership::STATE_ENDED
                                                     ? change::v1::CHANGE_KIND_MEMBERSHIP_ENDED
                                                     : change::v1::CHANGE_KIND_MEMBERSHIP_STARTED));
}

}  // namespace clusterwire::catalogue
