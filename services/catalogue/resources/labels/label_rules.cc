#include "services/catalogue/resources/labels/label_rules.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "libs/base/time/date.h"
#include "libs/text/text.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/resources/labels/label_checks.h"
#include "services/catalogue/resources/labels/label_correction.h"
#include "services/catalogue/resources/labels/label_days.h"
#include "services/catalogue/resources/labels/label_state.h"

namespace clusterwire::catalogue {
namespace {

using google::protobuf::util::MessageDifferencer;

absl::Status Check(const v1::Label*, const v1::Label& label, const Context& context,
                   FieldErrors& errors) {
  CheckLabel(label, context, errors);
  return absl::OkStatus();
}

void SettleLabel(const Context& context, v1::Label* label) {
  // A label that comes back may be of a scheme that is deleted by now: its moments stay.
  const v1::LabelScheme* scheme = context.book.FindScheme(label->scheme());
  if (scheme != nullptr) Settle(*scheme, context.now, label);
}

void NoteAward(const v1::Label& label, const v1::LabelScheme& scheme, const Context& context,
               std::vector<std::string>& notes) {
  if (const auto end = FirstEnd(scheme, label); end && FormatDay(*end) == label.valid_until()) {
    notes.push_back(absl::StrCat("valid_until: ", label.valid_until(), ", as ", scheme.name(),
                                 " counts it from the month of the assessment"));
  }
  v1::Cluster cluster;
  const std::string parent(store::ParentOf(label.name()));
  if (!context.reader.Load(parent, &cluster).ok()) return;
  if (cluster.state() != v1::Cluster::STATE_DRAFT) return;
  notes.push_back(absl::StrCat(
      parent, " is a draft: the public neither sees this label nor hears of the award. Once ",
      "PublishCluster shows the cluster, the label is news as something that now matches ",
      "(TRANSITION_ENTERED), not as label.awarded"));
}

void Note(const v1::Label* before, const v1::Label& label, const Context& context,
          std::vector<std::string>& notes) {
  const v1::LabelScheme* scheme = context.book.FindScheme(label.scheme());
  if (scheme == nullptr) return;
  const bool end_was_known = before != nullptr && !before->valid_until().empty();
  if (label.valid_until().empty() && (before == nullptr || end_was_known)) {
    notes.push_back(absl::StrCat(
        "valid_until: the end is unknown, since none is given and ", WhyNoFirstEnd(*scheme, label),
        ". So it counts for labels_held and not for label_levels; UpdateLabel sets the end"));
  }
  if (before == nullptr) return NoteAward(label, *scheme, context, notes);
  for (std::string& line : CorrectionsOf(*before, label)) notes.push_back(std::move(line));
}

// "ecei-silver-2024": scheme, level and the first year that is known.
std::string SuggestId(const v1::Label& label) {
  std::string year;
  for (const std::string* date :
       {&label.awarded(), &label.assessed(), &label.announced(), &label.valid_until()}) {
    if (year.empty()) year = date->substr(0, 4);
  }
  const std::string scheme = label.scheme().substr(label.scheme().find('/') + 1);
  return text::Slug(absl::StrCat(scheme, " ", label.level(), " ", year));
}

// Whether a renewal is the last one over again, with nothing that it doesn't say.
bool IsLastRenewal(const v1::RenewLabelRequest& request, const v1::Label& label) {
  if (label.renewals().empty()) return false;
  const v1::Renewal& last = *label.renewals().rbegin();
  return request.renewed() == last.renewed() &&
         (request.valid_until().empty() || request.valid_until() == last.valid_until()) &&
         (request.announced().empty() || request.announced() == last.announced()) &&
         (!request.has_score() || MessageDifferencer::Equals(request.score(), label.score()));
}

// A renewal is later than the one before.
void CheckAfterLast(const std::string& renewed, const v1::Label& label, FieldErrors& errors) {
  if (label.renewals().empty()) return;
  const v1::Renewal& last = *label.renewals().rbegin();
  const auto before = ParseDate(last.renewed());
  const auto now = ParseDate(renewed);
  if (!before.ok() || !now.ok() || now->first > before->last) return;
  const bool earlier = now->last < before->first;
  errors.Add("renewed", absl::StrCat("'", renewed, earlier ? "' is before" : "' may be the day of",
                                     " the last renewal '", last.renewed(), "', which holds until ",
                                     last.valid_until(), "; UpdateLabel corrects label.renewals",
                                     earlier ? " and adds one that was forgotten" : ""));
}

// What is wrong with a renewal by itself; whether the label can be renewed then is NewEnd()'s.
absl::Status CheckRenewal(const v1::RenewLabelRequest& request, const v1::Label& label,
                          absl::Time now) {
  FieldErrors errors;
  CheckHappened("renewed", request.renewed(), label, now, errors);
  CheckAfterLast(request.renewed(), label, errors);
  CheckDate("valid_until", request.valid_until(), errors);
  CheckDate("announced", request.announced(), errors);
  CheckOrder("announced", request.announced(), "renewed", request.renewed(), errors);
  const auto given = ParseDate(request.valid_until());
  const auto previous = ParseDate(label.valid_until());
  if (given.ok() && previous.ok() && given->last <= previous->last) {
    errors.Add("valid_until",
               absl::StrCat("'", request.valid_until(), "' is not after the end so far '",
                            label.valid_until(), "'"));
  }
  CheckScore("score", request.score(), errors);
  return errors.ToStatus();
}

// The end that a renewal gives, as it is stored. The request's dates have been checked.
absl::StatusOr<std::string> NewEnd(const v1::LabelScheme& scheme, const v1::Label& label,
                                   const v1::RenewLabelRequest& request) {
  ASSIGN_OR_RETURN(const DayRange renewed, ParseDate(request.renewed()));
  if (request.valid_until().empty()) {
    ASSIGN_OR_RETURN(const absl::CivilDay end, RenewedEnd(scheme, label, renewed.first));
    return FormatDay(end);
  }
  RETURN_IF_ERROR(CheckRenewable(scheme, label, renewed.first));
  return request.valid_until();
}

absl::Status Renewed(const Context& context, const v1::RenewLabelRequest& request,
                     v1::Label* label) {
  if (IsLastRenewal(request, *label) && !label->has_revocation()) return absl::OkStatus();
  RETURN_IF_ERROR(CheckRenewal(request, *label, context.now));
  const v1::LabelScheme* scheme = context.book.FindScheme(label->scheme());
  if (scheme == nullptr) return NotFoundError(label->scheme());
  ASSIGN_OR_RETURN(const std::string end, NewEnd(*scheme, *label, request));
  v1::Renewal& renewal = *label->add_renewals();
  renewal.set_renewed(request.renewed());
  renewal.set_previous_valid_until(label->valid_until());
  renewal.set_valid_until(end);
  renewal.set_announced(request.announced());
  label->set_valid_until(end);
  if (request.has_score()) *label->mutable_score() = request.score();
  return absl::OkStatus();
}

absl::Status Revoked(const Context& context, const v1::RevokeLabelRequest& request,
                     v1::Label* label) {
  const v1::Revocation& known = label->revocation();
  if (label->has_revocation() && known.revoked() == request.revoked() &&
      known.reason() == request.reason()) {
    return absl::OkStatus();
  }
  FieldErrors errors;
  resource::CheckText(errors, "reason", request.reason(), 1, 500);
  CheckHappened("revoked", request.revoked(), *label, context.now, errors);
  RETURN_IF_ERROR(errors.ToStatus());
  if (label->has_revocation()) {
    return Error(absl::StatusCode::kFailedPrecondition, "ALREADY_REVOKED",
                 absl::StrCat(label->name(), " was revoked on ", known.revoked(),
                              "; UpdateLabel corrects the date and the reason"),
                 {{"resource", label->name()}});
  }
  label->mutable_revocation()->set_revoked(request.revoked());
  label->mutable_revocation()->set_reason(request.reason());
  return absl::OkStatus();
}

}  // namespace

Rules<v1::Label> LabelRules() {
  return {.type = "label",
          .collection = "labels",
          .parent = "clusters/{cluster}",
          .created = change::KindText(change::v1::CHANGE_KIND_LABEL_AWARDED),
          .output_only = {"state", "expire_time", "lapse_time", "reminders", "edited_fields"},
          .suggest_id = &SuggestId,
          .check = &Check,
          .correct = &TakeCorrection,
          .settle = &SettleLabel,
          .note = &Note,
          .creates_once = true,
          .as_of = &LabelAsOf};
}

absl::StatusOr<v1::Label> Labels::Award(const WriteCall& call, const std::string& cluster,
                                        const v1::Label& label, const std::string& id) {
  v1::Label awarded = label;
  awarded.clear_renewals();
  awarded.clear_revocation();
  return Create(call, cluster, awarded, id, [](const Context& context, v1::Label* next) {
    const v1::LabelScheme* scheme = context.book.FindScheme(next->scheme());
    if (scheme == nullptr || !next->valid_until().empty()) return absl::OkStatus();
    if (const auto end = FirstEnd(*scheme, *next)) next->set_valid_until(FormatDay(*end));
    return absl::OkStatus();
  });
}

absl::StatusOr<v1::Label> Labels::Renew(const WriteCall& call,
                                        const v1::RenewLabelRequest& request) {
  return Modify(
      call, request.name(), request.etag(), change::KindText(change::v1::CHANGE_KIND_LABEL_RENEWED),
      [&](const Context& context, v1::Label* label) { return Renewed(context, request, label); });
}

absl::StatusOr<v1::Label> Labels::Revoke(const WriteCall& call,
                                         const v1::RevokeLabelRequest& request) {
  return Modify(
      call, request.name(), request.etag(), change::KindText(change::v1::CHANGE_KIND_LABEL_REVOKED),
      [&](const Context& context, v1::Label* label) { return Revoked(context, request, label); });
}

absl::Status StepLabel(store::Writer& writer, const std::string& name, absl::Time due) {
  ASSIGN_OR_RETURN(v1::Label label, writer.Get<v1::Label>(name));
  const v1::Label::State state = StateAt(label, due);
  // States are numbered in the order of time. A moment that somebody else fired already, perhaps
  // with the one after it, turns nothing back.
  if (store::IsDeleted(label) || state <= label.state()) return absl::OkStatus();
  const bool first_step = label.state() == v1::Label::STATE_VALID;
  label.set_state(state);
  return writer.Put(label, change::KindText(first_step ? change::v1::CHANGE_KIND_LABEL_EXPIRED
                                                       : change::v1::CHANGE_KIND_LABEL_LAPSED));
}

}  // namespace clusterwire::catalogue
