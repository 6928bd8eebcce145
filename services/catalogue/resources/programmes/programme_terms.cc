#include "services/catalogue/resources/programmes/programme_terms.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"
#include "libs/base/time/date.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/money.h"
#include "services/catalogue/common/reminders.h"
#include "services/catalogue/resources/labels/label_checks.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/resources/programmes/criterion_rules.h"

namespace clusterwire::catalogue {
namespace {

using v1::Offering;

constexpr int kMaxOfferings = 50;
constexpr int kMaxLevels = 20;
constexpr int kMaxMonths = 120;

void CheckMonths(std::string_view path, int months, FieldErrors& errors) {
  if (months >= 0 && months <= kMaxMonths) return;
  errors.Add(path, absl::StrCat("must be from 0 to ", kMaxMonths, " months"));
}

void CheckDuty(const v1::RequiredLabel& duty, const CodeBook& book, FieldErrors& errors) {
  const v1::LabelScheme* scheme = CheckScheme("programme.duty.scheme", duty.scheme(), book, errors);
  if (scheme != nullptr) CheckLevel("programme.duty.level", duty.level(), *scheme, errors);
  CheckDate("programme.duty.since", duty.since(), errors);
  resource::CheckText(errors, "programme.duty.description", duty.description(), 0, 2000);
  CheckMonths("programme.duty.new_member_grace_months", duty.new_member_grace_months(), errors);
  CheckMonths("programme.duty.expiry_grace_months", duty.expiry_grace_months(), errors);
}

void CheckCoveredLevels(const std::string& path, const Offering& offering,
                        const v1::LabelScheme& scheme, FieldErrors& errors) {
  CheckTexts(PathTo(path, "levels"), offering.levels(), kMaxLevels, 60, errors);
  if (offering.levels().empty()) CheckLevel(PathTo(path, "levels"), "", scheme, errors);
  for (int i = 0; i < std::min(offering.levels_size(), kMaxLevels); ++i) {
    CheckLevel(PathTo(path, "levels", i), offering.levels(i), scheme, errors);
  }
}

void CheckExtent(const std::string& path, const Offering& offering, FieldErrors& errors) {
  switch (offering.extent_case()) {
    case Offering::kSharePercent:
      if (offering.share_percent() < 1 || offering.share_percent() > 100) {
        errors.Add(PathTo(path, "share_percent"), "must be from 1 to 100 percent");
      }
      return;
    case Offering::kAmount: {
      const std::string at = PathTo(path, "amount");
      CheckMoney(at, offering.amount(), errors);
      if (offering.amount().units() == 0 && offering.amount().nanos() == 0) {
        errors.Add(at, "must be above 0");
      }
      return;
    }
    default:
      errors.Add(path, "needs share_percent or amount: how much is paid");
  }
}

// What only a cost coverage has.
void CheckCoverage(const std::string& path, const Offering& offering,
                   const v1::Programme& programme, const Context& context, FieldErrors& errors) {
  if (offering.kind() == Offering::KIND_COST_COVERAGE) {
    const v1::LabelScheme* scheme =
        CheckScheme(PathTo(path, "scheme"), offering.scheme(), context.book, errors);
    if (scheme != nullptr) CheckCoveredLevels(path, offering, *scheme, errors);
    CheckExtent(path, offering, errors);
    if (offering.has_recipients()) {
      CheckClusterFilter(PathTo(path, "recipients"), offering.recipients(),
                         programme.state() == v1::Programme::STATE_PUBLISHED, context, errors);
    }
    return;
  }
  const std::pair<const char*, bool> fields[] = {
      {"scheme", !offering.scheme().empty()},
      {"levels", !offering.levels().empty()},
      {"share_percent", offering.extent_case() == Offering::kSharePercent},
      {"amount", offering.has_amount()},
      {"recipients", offering.has_recipients()}};
  for (const auto& [field, set] : fields) {
    if (set) errors.Add(PathTo(path, field), "belongs to KIND_COST_COVERAGE; leave it out");
  }
}

void CheckOfferings(const v1::Programme& programme, const Context& context, FieldErrors& errors) {
  if (programme.offerings_size() > kMaxOfferings) {
    errors.Add("programme.offerings",
               absl::StrCat(programme.offerings_size(), " of at most ", kMaxOfferings));
    return;
  }
  std::set<std::string> ids;
  for (int i = 0; i < programme.offerings_size(); ++i) {
    const Offering& offering = programme.offerings(i);
    const std::string path = PathTo("programme", "offerings", i);
    CheckPartId(PathTo(path, "id"), offering.id(), ids, errors);
    if (WordOf(offering.kind()).empty()) {
      errors.Add(PathTo(path, "kind"),
                 absl::StrCat("is required: ", WordsOf<Offering::Kind>(), ", written KIND_…"));
    }
    CheckTitle(PathTo(path, "title"), offering.title(), errors);
    resource::CheckText(errors, PathTo(path, "description"), offering.description(), 0, 2000);
    CheckCoverage(path, offering, programme, context, errors);
  }
}

// Whether it lists drafts decides who publishes clusters: that is no office's own choice.
absl::Status CheckListing(const v1::Programme* before, const v1::Programme& programme,
                          const Context& context, FieldErrors& errors) {
  if (!programme.admission().lists_drafts()) return absl::OkStatus();
  if (programme.kind() != v1::Programme::KIND_PLATFORM) {
    errors.Add("programme.admission.lists_drafts", "belongs to a KIND_PLATFORM; leave it out");
  }
  const bool was_on = before != nullptr && before->admission().lists_drafts();
  if (was_on || context.viewer.operator_) return absl::OkStatus();
  return Error(absl::StatusCode::kPermissionDenied, "NOT_YOURS",
               "programme.admission.lists_drafts: operators turn it on, since it lets this office "
               "publish clusters; leave it out, or ask an operator",
               {{"resource", programme.name()}});
}

// What is in use stays: a verdict or a booking names it by its id. What it says may change.
template <typename Part>
absl::Status CheckStays(const google::protobuf::RepeatedPtrField<Part>& before,
                        const google::protobuf::RepeatedPtrField<Part>& now, const char* path,
                        const std::string& programme,
                        std::string (*use_of)(std::string_view, std::string_view),
                        const char* remedy, const Context& context, FieldErrors& errors) {
  std::map<std::string, std::string> gone;  // by its use
  for (const Part& part : before) {
    if (std::ranges::none_of(now, [&](const Part& one) { return one.id() == part.id(); })) {
      gone.emplace(use_of(programme, part.id()), part.id());
    }
  }
  if (gone.empty()) return absl::OkStatus();
  std::string id;
  ASSIGN_OR_RETURN(const auto user,
                   FirstUser(context.reader, context.viewer, [&](const std::string& use) {
                     const auto found = gone.find(use);
                     if (found != gone.end()) id = found->second;
                     return found != gone.end();
                   }));
  if (!user) return absl::OkStatus();
  errors.Add(path,
             absl::StrCat("'", id, "' must stay, under that id: ", *user,
                          " is open and needs it. Change its texts or what it asks, or ", remedy));
  return absl::OkStatus();
}

absl::Status NotTaking(const v1::Programme& programme, std::string_view why) {
  return Error(absl::StatusCode::kFailedPrecondition, "NOT_TAKING_APPLICATIONS",
               absl::StrCat(programme.name(), " takes no applications: ", ToAbsl(why)),
               {{"resource", programme.name()}});
}

}  // namespace

absl::Status CheckTerms(const v1::Programme* before, const v1::Programme& programme,
                        const Context& context, FieldErrors& errors) {
  CheckCriteria(programme, context, errors);
  RETURN_IF_ERROR(CheckListing(before, programme, context, errors));
  if (programme.has_duty()) CheckDuty(programme.duty(), context.book, errors);
  CheckOfferings(programme, context, errors);
  CheckMonths("programme.probation_months", programme.probation_months(), errors);
  CheckReminderDays("programme.probation_reminder_days", programme.probation_reminder_days(),
                    errors);
  CheckReminderDays("programme.grace_reminder_days", programme.grace_reminder_days(), errors);
  if (before == nullptr) return absl::OkStatus();
  RETURN_IF_ERROR(CheckStays(before->criteria(), programme.criteria(), "programme.criteria",
                             programme.name(), &CriterionUse, "end that admission first", context,
                             errors));
  return CheckStays(before->offerings(), programme.offerings(), "programme.offerings",
                    programme.name(), &OfferingUse, "end that booking first", context, errors);
}

absl::Status CheckTakesApplications(const v1::Programme& programme, absl::Time now) {
  if (programme.state() != v1::Programme::STATE_PUBLISHED) {
    return NotTaking(programme, "it is a draft; its office publishes it by PublishProgramme");
  }
  if (!programme.admission().takes_applications()) {
    return NotTaking(programme,
                     "ask its office, which says so in the programme's "
                     "admission.takes_applications; CheckEligibility tells what it asks for");
  }
  return CheckNotEnded(programme, now);
}

absl::Status CheckNotEnded(const v1::Programme& programme, absl::Time now) {
  const auto end = ParseDate(programme.period().end());
  if (!end.ok() || end->last >= DayOf(now, kDefaultZone)) return absl::OkStatus();
  return NotTaking(programme, absl::StrCat("it ended on ", FormatDay(end->last)));
}

absl::Status CheckGoesOn(const v1::Cluster& cluster) {
  if (cluster.state() != v1::Cluster::STATE_ENDED) return absl::OkStatus();
  return Error(
      absl::StatusCode::kFailedPrecondition, "CLUSTER_ENDED",
      absl::StrCat(cluster.name(), " is no more",
                   cluster.ended().empty() ? "" : absl::StrCat(" since ", cluster.ended()),
                   cluster.successor().empty()
                       ? ""
                       : absl::StrCat("; what carries on its work is ", cluster.successor())),
      {{"resource", cluster.name()}});
}

absl::Status CheckListed(const v1::Programme& programme, const v1::Cluster& cluster) {
  RETURN_IF_ERROR(CheckGoesOn(cluster));
  if (cluster.state() == v1::Cluster::STATE_ARCHIVED) {
    return Error(absl::StatusCode::kFailedPrecondition, "CLUSTER_ARCHIVED",
                 absl::StrCat(cluster.name(),
                              " is archived and not kept up to date: PublishCluster comes first"),
                 {{"resource", cluster.name()}});
  }
  if (cluster.state() != v1::Cluster::STATE_DRAFT || programme.admission().lists_drafts()) {
    return absl::OkStatus();
  }
  return Error(absl::StatusCode::kFailedPrecondition, "DRAFT_NOT_LISTED",
               absl::StrCat(cluster.name(), " is a draft, and ", programme.name(),
                            " takes published clusters alone: apply first to a platform whose "
                            "admission.lists_drafts is true, which publishes whom it admits"),
               {{"resource", cluster.name()}, {"programme", programme.name()}});
}

void CorrectTerms(const v1::Programme& before, v1::Programme* next) {
  if (!before.has_duty() || !next->has_duty()) return;
  v1::RequiredLabel& duty = *next->mutable_duty();
  const bool same =
      before.duty().scheme() == duty.scheme() && before.duty().level() == duty.level();
  if (same && duty.since().empty()) duty.set_since(before.duty().since());
  // Another label is a new duty: it can't have been one since the old one was.
  if (!same && duty.since() == before.duty().since()) duty.clear_since();
}

void SettleTerms(absl::Time now, v1::Programme* programme) {
  if (!programme->has_duty() || !programme->duty().since().empty()) return;
  programme->mutable_duty()->set_since(FormatDay(DayOf(now, kDefaultZone)));
}

std::vector<std::string> TermUses(const v1::Programme& programme) {
  std::vector<std::string> uses;
  const auto add_level = [&uses](const std::string& scheme, const std::string& level) {
    if (!level.empty()) uses.push_back(LevelUse(scheme, level));
  };
  for (const v1::Criterion& criterion : programme.criteria()) {
    if (criterion.has_filter()) AddUses(criterion.filter(), &uses);
  }
  if (programme.has_duty()) {
    uses.push_back(programme.duty().scheme());
    add_level(programme.duty().scheme(), programme.duty().level());
  }
  for (const Offering& offering : programme.offerings()) {
    if (!offering.scheme().empty()) uses.push_back(offering.scheme());
    for (const std::string& level : offering.levels()) add_level(offering.scheme(), level);
    AddUses(offering.recipients(), &uses);
  }
  return uses;
}

std::string CriterionUse(std::string_view programme, std::string_view id) {
  return absl::StrCat(ToAbsl(programme), "/criteria/", ToAbsl(id));
}

std::string OfferingUse(std::string_view programme, std::string_view id) {
  return absl::StrCat(ToAbsl(programme), "/offerings/", ToAbsl(id));
}

const Offering* FindOffering(const v1::Programme& programme, std::string_view id) {
  const auto found = std::ranges::find(programme.offerings(), id, &Offering::id);
  return found == programme.offerings().end() ? nullptr : &*found;
}

const v1::Criterion* FindCriterion(const v1::Programme& programme, std::string_view id) {
  const auto found = std::ranges::find(programme.criteria(), id, &v1::Criterion::id);
  return found == programme.criteria().end() ? nullptr : &*found;
}

}  // namespace clusterwire::catalogue
