#include "services/catalogue/resources/memberships/standing_rules.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"

#include "clusterwire/catalogue/v1/label.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/time/date.h"
#include "libs/change/record.h"
#include "libs/resource/page.h"
#include "services/catalogue/common/access/access.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/resources/memberships/membership_dates.h"
#include "services/catalogue/resources/memberships/standing_state.h"

namespace clusterwire::catalogue {
namespace {

std::string MembershipOf(std::string_view standing) {
  return std::string(store::ParentOf(standing));
}

void CheckProbation(const v1::Standing& standing, const v1::Membership& membership,
                    FieldErrors& errors) {
  if (standing.probation_until().empty()) return;
  const auto end = ParseDate(standing.probation_until());
  errors.AddAll("standing.probation_until", end.status());
  const auto start = ParseDate(membership.period().start());
  if (end.ok() && start.ok() && end->last < start->first) {
    errors.Add("standing.probation_until",
               absl::StrCat("'", standing.probation_until(), "' is before the membership's start '",
                            membership.period().start(), "'"));
  }
}

// `before` is what stands there: an extension that has been given stays right when its day is over.
void CheckExtension(const v1::Standing* before, const v1::Standing& standing,
                    const Context& context, FieldErrors& errors) {
  const std::string& until = standing.extended_until();
  if (until.empty() || (before != nullptr && before->extended_until() == until)) return;
  const auto end = ParseDate(until);
  errors.AddAll("standing.extended_until", end.status());
  if (end.ok() && end->last < DayOf(context.now, kDefaultZone)) {
    errors.Add("standing.extended_until",
               absl::StrCat("'", until, "' is over; give today or a later day"));
  }
  if (standing.state() != v1::Standing::STATE_GRACE &&
      standing.state() != v1::Standing::STATE_REQUIREMENT_MISSED) {
    errors.Add("standing.extended_until",
               "there is no grace to extend: the membership isn't current, or has the label that "
               "is required, or none is");
  }
}

void CheckEnd(const v1::Standing& standing, const v1::Membership& membership, FieldErrors& errors) {
  CheckEnum("standing.end_reason", standing.end_reason(), errors);
  resource::CheckText(errors, "standing.end_words", standing.end_words(), 0, kMostEndWords);
  if (!membership.period().end().empty()) return;
  constexpr std::string_view kNoEnd =
      "the membership has no end; EndMembership records it, and takes the reason";
  if (standing.end_reason() != v1::Standing::END_REASON_UNSPECIFIED) {
    errors.Add("standing.end_reason", kNoEnd);
  }
  if (!standing.end_words().empty()) errors.Add("standing.end_words", kNoEnd);
}

absl::Status CheckStanding(const v1::Standing* before, const v1::Standing& standing,
                           const Context& context, FieldErrors& errors) {
  ASSIGN_OR_RETURN(const auto membership,
                   context.reader.Get<v1::Membership>(MembershipOf(standing.name())));
  CheckProbation(standing, membership, errors);
  CheckExtension(before, standing, context, errors);
  CheckEnd(standing, membership, errors);
  return absl::OkStatus();
}

// What can't be read now is read, or refuses the write, in FollowIntoStandings.
void SettleStanding(const Context& context, v1::Standing* standing) {
  const auto membership = context.reader.Get<v1::Membership>(MembershipOf(standing->name()));
  if (membership.ok()) Settle(context.reader, *membership, context.now, standing).IgnoreError();
}

void Note(const v1::Standing*, const v1::Standing& standing, const Context&, Notes& notes) {
  const auto extended = ParseDate(standing.extended_until());
  const auto grace = ParseDate(standing.grace_until());
  if (extended.ok() && grace.ok() && grace->last > extended->last) {
    notes.push_back(absl::StrCat("grace_until: ", standing.grace_until(),
                                 ", by the programme's duty, which is later than extended_until"));
  }
}

// What happened, the weightiest first. `before` is null where nothing was said yet.
change::v1::ChangeKind WhatHappened(const v1::Standing* before, const v1::Standing& next) {
  using namespace change::v1;  // NOLINT: the kinds alone
  const auto was = before == nullptr ? v1::Standing::STATE_UNSPECIFIED : before->state();
  const bool was_without =
      was == v1::Standing::STATE_GRACE || was == v1::Standing::STATE_REQUIREMENT_MISSED;
  const bool was_on_probation = before != nullptr && before->on_probation();
  if (next.state() != was) {
    if (next.state() == v1::Standing::STATE_ENDED) return CHANGE_KIND_STANDING_ENDED;
    if (next.state() == v1::Standing::STATE_REQUIREMENT_MISSED) {
      return CHANGE_KIND_STANDING_REQUIREMENT_MISSED;
    }
    if (next.state() == v1::Standing::STATE_GRACE) return CHANGE_KIND_STANDING_GRACE_STARTED;
    if (was_without) return CHANGE_KIND_STANDING_REQUIREMENT_MET;
  }
  if (was_on_probation && !next.on_probation()) return CHANGE_KIND_STANDING_PROBATION_ENDED;
  if (!was_on_probation && next.on_probation()) return CHANGE_KIND_STANDING_PROBATION_STARTED;
  return CHANGE_KIND_STANDING_UPDATED;
}

std::string_view KindOf(const v1::Standing* before, const v1::Standing& next) {
  return change::KindText(WhatHappened(before, next));
}

// As it is stored, else as it begins.
absl::StatusOr<v1::Standing> Load(const store::Reader& reader, const std::string& membership) {
  v1::Standing standing;
  const absl::Status found = reader.Load(StandingOf(membership), &standing);
  if (!found.ok() && !absl::IsNotFound(found)) return found;
  standing.set_name(StandingOf(membership));
  return standing;
}

// Settles it and puts it where it is another than before and says something, or did. What happened
// is said once it is asked about as what was changed (FollowStanding).
absl::Status PutSettled(store::Writer& writer, const v1::Membership& membership,
                        const v1::Standing& before, v1::Standing next) {
  RETURN_IF_ERROR(Settle(writer, membership, writer.as_of(), &next));
  if (before.etag().empty() ? !SaysSomething(next) : store::SameButForStamps(before, next)) {
    return absl::OkStatus();
  }
  return writer.Put(next, KindOf(before.etag().empty() ? nullptr : &before, next));
}

absl::Status Look(store::Writer& writer, const v1::Membership& membership) {
  ASSIGN_OR_RETURN(const v1::Standing standing, Load(writer, membership.name()));
  return PutSettled(writer, membership, standing, standing);
}

// A new member begins its probation; a start that is corrected moves the end that followed from it.
absl::Status FollowMembership(store::Writer& writer, const v1::Membership* before,
                              const v1::Membership& membership) {
  ASSIGN_OR_RETURN(const v1::Standing standing, Load(writer, membership.name()));
  v1::Standing next = standing;
  v1::Programme programme;
  const absl::Status found = writer.Load(store::ParentOf(membership.name()), &programme);
  if (!found.ok()) return absl::IsNotFound(found) ? absl::OkStatus() : found;
  const auto end = ProbationEnd(programme, membership);
  const bool is_new = before == nullptr || before->state() == v1::Membership::STATE_DRAFT;
  if (is_new && membership.state() != v1::Membership::STATE_DRAFT) {
    if (end && next.probation_until().empty() && EndOf({*end, *end}, kDefaultZone) > writer.now()) {
      next.set_probation_until(FormatDay(*end));
    }
  } else if (before != nullptr && before->period().start() != membership.period().start()) {
    const auto old = ProbationEnd(programme, *before);
    if (old && next.probation_until() == FormatDay(*old)) {
      next.set_probation_until(end ? FormatDay(*end) : "");
    }
  }
  return PutSettled(writer, membership, standing, next);
}

// All current memberships of the cluster may have the duty.
absl::Status FollowLabel(store::Writer& writer, const v1::Label& label) {
  constexpr int kMostMemberships = 1000;  // of a cluster
  ASSIGN_OR_RETURN(const auto found,
                   writer.About(store::ParentOf(label.name()), "membership", kMostMemberships));
  for (const store::Scanned& one : found) {
    RETURN_IF_ERROR(Look(writer, static_cast<const v1::Membership&>(*one.resource)));
  }
  return absl::OkStatus();
}

// A programme may have many members: they follow in later writes, a page at a time.
absl::Status FollowProgramme(store::Writer& writer, const v1::Programme& before,
                             const v1::Programme& programme) {
  const auto same = [](const auto& a, const auto& b) {
    return google::protobuf::util::MessageDifferencer::Equals(a, b);
  };
  if (same(before.duty(), programme.duty()) &&
      std::ranges::equal(before.probation_reminder_days(), programme.probation_reminder_days()) &&
      std::ranges::equal(before.grace_reminder_days(), programme.grace_reminder_days())) {
    return absl::OkStatus();
  }
  return resource::ForEach(writer, {.type = "membership", .parent = programme.name()},
                           [&](const store::Scanned& one) {
                             writer.DeriveLater(store::NameOf(*one.resource), programme.name(),
                                                store::Writer::Later::kQuietly);
                             return true;
                           });
}

bool SameReminders(const v1::Standing& a, const v1::Standing& b) {
  return std::ranges::equal(a.reminders(), b.reminders(), [](const auto& one, const auto& other) {
    return google::protobuf::util::MessageDifferencer::Equals(one, other);
  });
}

// One that a caller or the rules above have put: settled by all that the write changed, and under
// the kind of what happened to it in the end.
absl::Status FollowStanding(store::Writer& writer, const v1::Standing* before,
                            const v1::Standing& standing) {
  // A reminder is a change of its own kind, with which nothing else happened.
  const bool reminded = before != nullptr && !SameReminders(*before, standing);
  if (reminded) return absl::OkStatus();
  const auto membership = writer.Get<v1::Membership>(MembershipOf(standing.name()));
  if (!membership.ok()) return membership.status();
  v1::Standing next = standing;
  RETURN_IF_ERROR(Settle(writer, *membership, writer.as_of(), &next));
  if (before == &standing && store::SameButForStamps(*before, next)) return absl::OkStatus();
  return writer.Put(next, KindOf(before, next));
}

bool SaysWhy(const v1::EndMembershipRequest& request) {
  return request.reason() != v1::Standing::END_REASON_UNSPECIFIED || !request.words().empty();
}

template <typename T>
const T* As(const store::Message* message) {
  return dynamic_cast<const T*>(message);
}

}  // namespace

std::string StandingOf(std::string_view membership) {
  return absl::StrCat(ToAbsl(membership), "/standing");
}

Rules<v1::Standing> StandingRules() {
  return {.type = "standing",
          .collection = "standing",
          .output_only = {"cluster", "on_probation", "required_label", "label", "grace_until",
                          "grace_end_time", "probation_reminder_days", "grace_reminder_days",
                          "reminders"},
          .check = &CheckStanding,
          .settle = &SettleStanding,
          .note = &Note,
          .has_facts = false};
}

absl::Status Standings::LoadRow(const store::Reader& reader, const std::string& name,
                                store::Message* out) const {
  const std::string of = MembershipOf(name);
  v1::Membership membership;
  // It is out of sight with its membership, for operators too: Facts are missing of what is deleted
  // or about something deleted.
  const absl::Status found = reader.Load(of, &membership);
  if (absl::IsNotFound(found)) return NotFoundError(name);
  RETURN_IF_ERROR(found);
  ASSIGN_OR_RETURN(const auto facts, facts::Get(reader, of));
  if (!facts) return NotFoundError(name);
  auto& standing = static_cast<v1::Standing&>(*out);
  ASSIGN_OR_RETURN(standing, Load(reader, of));
  if (!standing.etag().empty()) return absl::OkStatus();
  return Settle(reader, membership, store().clock().Now(), &standing);
}

absl::Status Standings::CheckSeen(const store::Reader& reader, const filter::Viewer& viewer,
                                  const store::Message& row) const {
  const auto& standing = static_cast<const v1::Standing&>(row);
  if (viewer.operator_) return absl::OkStatus();
  const std::string_view programme = store::RootOf(standing.name());
  const bool is_theirs = std::ranges::any_of(viewer.members, [&](const std::string& member) {
    return member == programme || member == standing.cluster();
  });
  const bool sees = CheckMaySee(reader, viewer, MembershipOf(standing.name())).ok();
  return is_theirs && sees ? absl::OkStatus() : NotFoundError(standing.name());
}

absl::StatusOr<bool> HasReason(const store::Reader& reader, const v1::Membership& membership,
                               const v1::EndMembershipRequest& request) {
  if (!SaysWhy(request)) return true;
  ASSIGN_OR_RETURN(const v1::Standing standing, Load(reader, membership.name()));
  return standing.end_reason() == request.reason() && standing.end_words() == request.words();
}

absl::Status KeepReason(store::Writer& writer, const v1::Membership& membership,
                        const v1::EndMembershipRequest& request) {
  if (!SaysWhy(request)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const v1::Standing standing, Load(writer, membership.name()));
  v1::Standing next = standing;
  next.set_end_reason(request.reason());
  next.set_end_words(request.words());
  return PutSettled(writer, membership, standing, next);
}

absl::Status FollowIntoStandings(store::Writer& writer, const store::Message* before,
                                 const store::Message* after) {
  if (after == nullptr) return absl::OkStatus();
  const bool changed = before != after;
  if (const auto* membership = As<v1::Membership>(after)) {
    if (store::IsDeleted(*membership)) return absl::OkStatus();
    return changed ? FollowMembership(writer, As<v1::Membership>(before), *membership)
                   : Look(writer, *membership);
  }
  if (const auto* standing = As<v1::Standing>(after)) {
    return FollowStanding(writer, As<v1::Standing>(before), *standing);
  }
  if (!changed) return absl::OkStatus();
  if (const auto* label = As<v1::Label>(after)) return FollowLabel(writer, *label);
  const auto* programme = As<v1::Programme>(after);
  if (programme == nullptr || before == nullptr) return absl::OkStatus();
  return FollowProgramme(writer, *As<v1::Programme>(before), *programme);
}

absl::Status StepStanding(store::Writer& writer, const std::string& name, absl::Time due) {
  ASSIGN_OR_RETURN(const v1::Standing standing, writer.Get<v1::Standing>(name));
  ASSIGN_OR_RETURN(const auto membership, writer.Get<v1::Membership>(MembershipOf(name)));
  v1::Standing next = standing;
  RETURN_IF_ERROR(Settle(writer, membership, due, &next));
  if (store::SameButForStamps(standing, next)) return absl::OkStatus();
  return writer.Put(next, KindOf(&standing, next));
}

}  // namespace clusterwire::catalogue
