#include "services/catalogue/resources/memberships/membership_rules.h"

#include <algorithm>

#include "clusterwire/catalogue/v1/cluster.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"

#include "libs/base/time/date.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/publish.h"

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
    errors.Add("membership.cluster", absl::StrCat("'", membership.cluster(), "' does not exist"));
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

absl::Status Check(const v1::Membership* before, const v1::Membership& membership,
                   const Context& context, FieldErrors& errors) {
  RETURN_IF_ERROR(CheckCluster(before, membership, context, errors));
  CheckLevel(membership, context, errors);
  CheckPeriod("membership.period", membership.period(), errors);
  resource::CheckText(errors, "membership.end_reason", membership.end_reason(), 0, 500);
  CheckOrigin("membership", membership.sources(), membership.external_ids(), errors);
  return absl::OkStatus();
}

void Settle(const Context& context, v1::Membership* membership) {
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

// The cluster's own id: one membership of a cluster in a programme, unless somebody says otherwise.
std::string SuggestId(const v1::Membership& membership) {
  return membership.cluster().substr(membership.cluster().find('/') + 1);
}

}  // namespace

Rules<v1::Membership> MembershipRules() {
  return {.type = "membership",
          .collection = "memberships",
          .parent = "programmes/{programme}",
          .output_only = {"edited_fields"},
          .create_only = {"state"},
          .suggest_id = &SuggestId,
          .check = &Check,
          .settle = &Settle,
          .note = &Note};
}

absl::StatusOr<v1::Membership> Memberships::Publish(const WriteCall& call, const std::string& name,
                                                    const std::string& etag) {
  return Modify(call, name, etag, change::KindText(change::v1::CHANGE_KIND_MEMBERSHIP_PUBLISHED),
                [](const Context&, v1::Membership* membership) {
                  if (membership->state() == v1::Membership::STATE_DRAFT) membership->clear_state();
                  return absl::OkStatus();
                });
}

absl::StatusOr<v1::Membership> Memberships::End(const WriteCall& call, const std::string& name,
                                                const std::string& etag, const std::string& end,
                                                const std::string& reason) {
  return Modify(
      call, name, etag, change::KindText(change::v1::CHANGE_KIND_MEMBERSHIP_ENDED),
      [&](const Context& context, v1::Membership* membership) -> absl::Status {
        const bool ended = membership->state() == v1::Membership::STATE_ENDED;
        if (ended && membership->period().end() == end && membership->end_reason() == reason) {
          return absl::OkStatus();
        }
        FieldErrors errors;
        const auto last = ParseDate(end);
        errors.AddAll("end", last.status());
        if (last.ok() && last->last >= DayOf(context.now, kDefaultZone)) {
          errors.Add("end",
                     absl::StrCat("'", end, "' is not over yet; UpdateMembership sets an end ",
                                  "that lies ahead, and the clock then ends it"));
        }
        resource::CheckText(errors, "reason", reason, 0, 500);
        const auto start = ParseDate(membership->period().start());
        if (last.ok() && start.ok() && last->last < start->first) {
          errors.Add("end", absl::StrCat("'", end, "' is before the start '",
                                         membership->period().start(), "'"));
        }
        RETURN_IF_ERROR(errors.ToStatus());
        if (ended) {
          return Error(absl::StatusCode::kFailedPrecondition, "ALREADY_ENDED",
                       absl::StrCat(name, " has ended already, on ", membership->period().end(),
                                    "; UpdateMembership corrects its period and end_reason"),
                       {{"resource", name}});
        }
        membership->mutable_period()->set_end(end);
        membership->set_end_reason(reason);
        if (membership->state() == v1::Membership::STATE_DRAFT) {
          membership->set_state(v1::Membership::STATE_UNSPECIFIED);
        }
        return absl::OkStatus();
      });
}

MembershipMoments MomentsOf(const v1::Membership& membership) {
  MembershipMoments moments;
  if (const auto start = ParseDate(membership.period().start()); start.ok()) {
    moments.start = StartOf(*start, kDefaultZone);
  }
  if (const auto end = ParseDate(membership.period().end()); end.ok()) {
    moments.end = EndOf(*end, kDefaultZone);
  }
  return moments;
}

v1::Membership::State StateAt(const v1::Membership& membership, absl::Time at) {
  if (membership.state() == v1::Membership::STATE_DRAFT) return v1::Membership::STATE_DRAFT;
  const MembershipMoments moments = MomentsOf(membership);
  if (moments.end && at >= *moments.end) return v1::Membership::STATE_ENDED;
  if (moments.start && at < *moments.start) return v1::Membership::STATE_UPCOMING;
  return v1::Membership::STATE_CURRENT;
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
