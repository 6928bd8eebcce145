#include "services/catalogue/resources/labels/label_rules.h"

#include <optional>

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "libs/base/time/date.h"
#include "libs/text/slug.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/resources/labels/label_state.h"

namespace clusterwire::catalogue {
namespace {

// The range of a date that the check of dates has passed, or none when there is none.
std::optional<DayRange> RangeOf(const std::string& date) {
  const auto range = ParseDate(date);
  if (!range.ok()) return std::nullopt;
  return *range;
}

void CheckSchemeAndLevel(const v1::Label& label, const Context& context, FieldErrors& errors) {
  const v1::LabelScheme* scheme = context.book.FindScheme(label.scheme());
  if (scheme == nullptr) {
    errors.Add("label.scheme", absl::StrCat("'", label.scheme(),
                                            "' does not exist; write labelSchemes/ecei, or see ",
                                            "LabelSchemeService/ListLabelSchemes"));
    return;
  }
  std::vector<std::string> levels;
  for (const v1::LabelLevel& level : scheme->levels()) {
    if (level.id() == label.level()) return;
    levels.push_back(level.id());
  }
  if (levels.empty() && label.level().empty()) return;
  errors.Add("label.level", levels.empty()
                                ? absl::StrCat(scheme->name(), " has no levels; leave it empty")
                                : absl::StrCat("'", label.level(), "' is no level of ",
                                               scheme->name(), ": ", absl::StrJoin(levels, ", ")));
}

void CheckScore(const std::string& path, const v1::Score& score, FieldErrors& errors) {
  CheckAtLeast(PathTo(path, "percent"), score.has_percent(), score.percent(), 0, errors);
  if (score.has_percent() && score.percent() > 100) {
    errors.Add(PathTo(path, "percent"), "must be at most 100");
  }
  CheckAtLeast(PathTo(path, "points"), score.has_points(), score.points(), 0, errors);
  CheckAtLeast(PathTo(path, "max_points"), score.has_max_points(), score.max_points(),
               score.points(), errors);
}

// `later` can't be wholly before `earlier`. Dates of low precision are compared by their extremes.
void CheckOrder(const char* later_path, const std::string& later, const char* earlier_path,
                const std::string& earlier, FieldErrors& errors) {
  const auto a = RangeOf(earlier);
  const auto b = RangeOf(later);
  if (a && b && b->last < a->first) {
    errors.Add(later_path,
               absl::StrCat("'", later, "' is before ", earlier_path, " '", earlier, "'"));
  }
}

void CheckNotAhead(std::string_view path, const std::string& date, absl::Time now,
                   FieldErrors& errors) {
  const auto range = RangeOf(date);
  if (range && range->first > DayOf(now, kDefaultZone)) {
    errors.Add(path, absl::StrCat("'", date, "' is in the future"));
  }
}

void CheckDates(const v1::Label& label, const Context& context, FieldErrors& errors) {
  CheckDate("label.assessed", label.assessed(), errors);
  CheckDate("label.awarded", label.awarded(), errors);
  CheckDate("label.announced", label.announced(), errors);
  CheckDate("label.valid_until", label.valid_until(), errors);
  CheckOrder("label.awarded", label.awarded(), "assessed", label.assessed(), errors);
  CheckOrder("label.announced", label.announced(), "awarded", label.awarded(), errors);
  CheckOrder("label.valid_until", label.valid_until(), "awarded", label.awarded(), errors);
  CheckOrder("label.valid_until", label.valid_until(), "assessed", label.assessed(), errors);
  CheckNotAhead("label.assessed", label.assessed(), context.now, errors);
  CheckNotAhead("label.awarded", label.awarded(), context.now, errors);
  CheckNotAhead("label.announced", label.announced(), context.now, errors);
}

absl::Status Check(const v1::Label*, const v1::Label& label, const Context& context,
                   FieldErrors& errors) {
  CheckSchemeAndLevel(label, context, errors);
  CheckDates(label, context, errors);
  resource::CheckText(errors, "label.issuer", label.issuer(), 0, 200);
  CheckScore("label.score", label.score(), errors);
  resource::CheckText(errors, "label.title_then", label.title_then(), 0, 200);
  CheckOrigin("label", label.sources(), label.external_ids(), errors);
  return absl::OkStatus();
}

void SettleLabel(const Context& context, v1::Label* label) {
  Settle(*context.book.FindScheme(label->scheme()), context.now, label);
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

absl::Status CheckHappened(const std::string& path, const std::string& date, const v1::Label& label,
                           absl::Time now) {
  FieldErrors errors;
  const auto range = ParseDate(date);
  errors.AddAll(path, range.status());
  CheckNotAhead(path, date, now, errors);
  const auto awarded = RangeOf(label.awarded());
  if (range.ok() && awarded && range->last < awarded->first) {
    errors.Add(path, absl::StrCat("'", date, "' is before the award '", label.awarded(), "'"));
  }
  return errors.ToStatus();
}

// What is wrong with a renewal by itself; whether the label can be renewed then is NewEnd()'s.
absl::Status CheckRenewal(const v1::RenewLabelRequest& request, const v1::Label& label,
                          absl::Time now) {
  FieldErrors errors;
  errors.AddAll("", CheckHappened("renewed", request.renewed(), label, now));
  CheckDate("valid_until", request.valid_until(), errors);
  CheckDate("announced", request.announced(), errors);
  CheckOrder("announced", request.announced(), "renewed", request.renewed(), errors);
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
  ASSIGN_OR_RETURN(const DayRange given, ParseDate(request.valid_until()));
  const auto previous = RangeOf(label.valid_until());
  if (previous && given.last <= previous->last) {
    return FieldError("valid_until",
                      absl::StrCat("'", request.valid_until(), "' is not after the end so far '",
                                   label.valid_until(), "'"));
  }
  return request.valid_until();
}

}  // namespace

Rules<v1::Label> LabelRules() {
  return {.type = "label",
          .collection = "labels",
          .parent = "clusters/{cluster}",
          .created = change::KindText(change::v1::CHANGE_KIND_LABEL_AWARDED),
          .deleted = change::KindText(change::v1::CHANGE_KIND_LABEL_REVOKED),
          .undeleted = change::KindText(change::v1::CHANGE_KIND_LABEL_UPDATED),
          .output_only = {"state", "renewals", "revocation", "expire_time", "lapse_time",
                          "edited_fields"},
          .suggest_id = &SuggestId,
          .check = &Check,
          .settle = &SettleLabel};
}

absl::StatusOr<v1::Label> Labels::Award(const WriteCall& call, const std::string& cluster,
                                        const v1::Label& label, const std::string& id) {
  return Create(call, cluster, label, id, [](const Context& context, v1::Label* next) {
    const v1::LabelScheme* scheme = context.book.FindScheme(next->scheme());
    if (scheme == nullptr || !next->valid_until().empty()) return absl::OkStatus();
    if (const auto end = FirstEnd(*scheme, *next)) next->set_valid_until(FormatDay(*end));
    return absl::OkStatus();
  });
}

absl::StatusOr<v1::Label> Labels::Renew(const WriteCall& call,
                                        const v1::RenewLabelRequest& request) {
  return Modify(call, request.name(), request.etag(),
                change::KindText(change::v1::CHANGE_KIND_LABEL_RENEWED),
                [&](const Context& context, v1::Label* label) -> absl::Status {
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
                });
}

absl::StatusOr<v1::Label> Labels::Revoke(const WriteCall& call,
                                         const v1::RevokeLabelRequest& request) {
  return Modify(
      call, request.name(), request.etag(), change::KindText(change::v1::CHANGE_KIND_LABEL_REVOKED),
      [&](const Context& context, v1::Label* label) -> absl::Status {
        if (label->has_revocation()) {
          return Error(
              absl::StatusCode::kFailedPrecondition, "ALREADY_REVOKED",
              absl::StrCat(label->name(), " was revoked on ", label->revocation().revoked()),
              {{"resource", label->name()}});
        }
        FieldErrors errors;
        resource::CheckText(errors, "reason", request.reason(), 1, 500);
        errors.AddAll("", CheckHappened("revoked", request.revoked(), *label, context.now));
        RETURN_IF_ERROR(errors.ToStatus());
        label->mutable_revocation()->set_revoked(request.revoked());
        label->mutable_revocation()->set_reason(request.reason());
        return absl::OkStatus();
      });
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
