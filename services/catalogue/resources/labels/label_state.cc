#include "services/catalogue/resources/labels/label_state.h"

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "libs/base/time/date.h"
#include "libs/change/record.h"
#include "services/catalogue/common/dates/calendar.h"

namespace clusterwire::catalogue {
namespace {

const v1::LabelLevel* FindLevel(const v1::LabelScheme& scheme, std::string_view id) {
  for (const v1::LabelLevel& level : scheme.levels()) {
    if (level.id() == id) return &level;
  }
  return nullptr;
}

absl::Status Refused(std::string_view reason, const v1::Label& label, std::string text) {
  return Error(absl::StatusCode::kFailedPrecondition, reason, text, {{"resource", label.name()}});
}

// The last day of the renewal window, of a label that has one.
absl::CivilDay LastDayOfWindow(const v1::Label& label, const v1::LabelScheme& scheme) {
  return DayOf(ToTime(label.lapse_time()) - absl::Seconds(1), scheme.time_zone());
}

}  // namespace

v1::Label::State StateAt(const v1::Label& label, absl::Time at) {
  if (label.has_revocation()) return v1::Label::STATE_REVOKED;
  if (!label.has_expire_time()) return v1::Label::STATE_UNKNOWN;
  if (at < ToTime(label.expire_time())) return v1::Label::STATE_VALID;
  if (label.has_lapse_time() && at < ToTime(label.lapse_time())) {
    return v1::Label::STATE_RENEWABLE;
  }
  return v1::Label::STATE_LAPSED;
}

void Settle(const v1::LabelScheme& scheme, absl::Time now, v1::Label* label) {
  label->clear_expire_time();
  label->clear_lapse_time();
  if (const auto end = ParseDate(label->valid_until()); end.ok()) {
    *label->mutable_expire_time() = ToTimestamp(EndOf(*end, scheme.time_zone()));
    if (scheme.has_renewal_window_months()) {
      const absl::CivilDay last = PlusMonths(end->last, scheme.renewal_window_months());
      *label->mutable_lapse_time() = ToTimestamp(EndOf({last, last}, scheme.time_zone()));
    }
  }
  label->set_state(StateAt(*label, now));
}

std::vector<Deadline> DeadlinesOfLabel(const v1::Label& label, const v1::LabelScheme* scheme) {
  const auto end = ParseDate(label.valid_until());
  if (scheme == nullptr || label.has_revocation() || !end.ok()) return {};
  const std::vector<int> leads(scheme->reminder_days().begin(), scheme->reminder_days().end());
  std::vector<Deadline> deadlines = {
      {.kind = change::KindText(change::v1::CHANGE_KIND_LABEL_EXPIRING),
       .day = end->last,
       .zone = scheme->time_zone(),
       .leads = leads}};
  if (label.has_lapse_time()) {
    deadlines.push_back({.kind = change::KindText(change::v1::CHANGE_KIND_LABEL_RENEWAL_CLOSING),
                         .day = LastDayOfWindow(label, *scheme),
                         .zone = scheme->time_zone(),
                         .leads = leads,
                         .from = ToTime(label.expire_time())});
  }
  return deadlines;
}

std::string LastDayToAct(const v1::Label& label, const v1::LabelScheme* scheme) {
  switch (label.state()) {
    case v1::Label::STATE_VALID:
      return label.valid_until();
    case v1::Label::STATE_RENEWABLE:
      return scheme == nullptr ? "" : FormatDay(LastDayOfWindow(label, *scheme));
    default:
      return "";
  }
}

std::optional<absl::CivilDay> FirstEnd(const v1::LabelScheme& scheme, const v1::Label& label) {
  const v1::LabelLevel* level = FindLevel(scheme, label.level());
  const auto assessed = ParseDate(label.assessed());
  if (level == nullptr || !level->has_first_validity_months() || !assessed.ok()) {
    return std::nullopt;
  }
  const absl::CivilDay month_end = LastOfMonth(assessed->first);
  if (assessed->last > month_end) return std::nullopt;
  return PlusMonths(month_end, level->first_validity_months());
}

std::string WhyNoFirstEnd(const v1::LabelScheme& scheme, const v1::Label& label) {
  const v1::LabelLevel* level = FindLevel(scheme, label.level());
  if (level == nullptr || !level->has_first_validity_months()) {
    return absl::StrCat(
        scheme.name(), " doesn't say how long a first award",
        label.level().empty() ? "" : absl::StrCat(" of level '", label.level(), "'"), " is valid");
  }
  if (label.assessed().empty()) {
    return absl::StrCat(scheme.name(),
                        " counts from the month of the assessment, which isn't given");
  }
  return absl::StrCat(scheme.name(), " counts from the month of the assessment, and '",
                      label.assessed(), "' names none");
}

absl::Status CheckRenewable(const v1::LabelScheme& scheme, const v1::Label& label,
                            absl::CivilDay renewed) {
  if (label.has_revocation()) {
    return Refused("LABEL_REVOKED", label,
                   "a revoked label can't be renewed; award the cluster a new one");
  }
  const auto end = ParseDate(label.valid_until());
  if (!end.ok()) return absl::OkStatus();
  const int window = scheme.has_renewal_window_months() ? scheme.renewal_window_months() : 0;
  const absl::CivilDay last = PlusMonths(end->last, window);
  if (renewed <= last) return absl::OkStatus();
  return Refused(
      "RENEWAL_WINDOW_CLOSED", label,
      absl::StrCat("the label ended on ", FormatDay(end->last), " and could be renewed until ",
                   FormatDay(last), "; award the cluster a new one"));
}

absl::StatusOr<absl::CivilDay> RenewedEnd(const v1::LabelScheme& scheme, const v1::Label& label,
                                          absl::CivilDay renewed) {
  RETURN_IF_ERROR(CheckRenewable(scheme, label, renewed));
  const auto end = ParseDate(label.valid_until());
  if (!end.ok()) {
    return Refused("END_UNKNOWN", label,
                   "the end of the label isn't known; give valid_until to say the new one");
  }
  const v1::LabelLevel* level = FindLevel(scheme, label.level());
  if (level == nullptr || !level->has_renewal_validity_months()) {
    return Refused("VALIDITY_UNKNOWN", label,
                   absl::StrCat(scheme.name(), " doesn't say how long a renewal of level '",
                                label.level(), "' is valid; give valid_until"));
  }
  return PlusMonths(end->last, level->renewal_validity_months());
}

}  // namespace clusterwire::catalogue
