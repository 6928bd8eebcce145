#include <utility>

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/label.pb.h"

#include "libs/base/time/clock.h"
#include "libs/text/language.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/codes/code_book.h"
#include "services/catalogue/common/dates/periods.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/resources/labels/label_days.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/resources/labels/label_state.h"

namespace clusterwire::catalogue {
namespace {

std::string SummaryIn(text::Language language, const v1::Label& label) {
  const bool german = language == text::Language::kGerman;
  const auto date = [&](const std::string& text) { return SummaryDate(language, text); };
  std::string summary;
  if (!label.awarded().empty()) {
    absl::StrAppend(&summary, german ? "Vergeben: " : "Awarded ", date(label.awarded()), ". ");
  }
  if (!label.valid_until().empty()) {
    absl::StrAppend(&summary, german ? "Gültig bis: " : "Valid until ", date(label.valid_until()),
                    ". ");
  }
  if (label.has_revocation()) {
    absl::StrAppend(&summary, german ? "Entzogen: " : "Revoked ",
                    date(label.revocation().revoked()), german ? ", " : ": ",
                    label.revocation().reason(), ". ");
  }
  if (!label.issuer().empty()) {
    absl::StrAppend(&summary, german ? "Vergeben von " : "Issued by ", label.issuer(), ". ");
  }
  if (!summary.empty()) summary.pop_back();
  return summary;
}

facts::Facts Own(const v1::Label& label, const CodeBook& codes) {
  facts::Facts facts = Described("label", label);
  facts.set_title(codes.TitleOfLabel(label.scheme(), label.level()));
  facts.set_summary(SummaryIn(text::Language::kEnglish, label));
  facts.set_summary_de(SummaryIn(text::Language::kGerman, label));
  facts.set_kind(label.level());
  if (!label.level().empty()) facts.set_kind_code(LevelCode(label.scheme(), label.level()));
  if (type::v1::Period period = PeriodOf(label); period.ByteSizeLong() > 0) {
    *facts.mutable_period() = std::move(period);
  }
  facts.set_deadline(LastDayToAct(label, codes.FindScheme(label.scheme())));
  AddSorted({std::string(store::ParentOf(label.name()))}, facts.mutable_clusters());
  if (!label.title_then().empty()) AddSorted({label.title_then()}, facts.mutable_names());
  return facts;
}

std::vector<std::string> Links(const v1::Label& label) {
  return {std::string(store::ParentOf(label.name()))};
}

// A label counts as held for ever, and as valid only while it is.
void Aggregate(const v1::Label& label, const CodeBook& codes, facts::Facts* cluster) {
  if (label.level().empty()) return;
  const std::vector<std::string> levels =
      codes.LevelsUpTo(LevelCode(label.scheme(), label.level()));
  AddSorted(levels, cluster->mutable_labels_held());
  for (const std::string& level : levels) AddTitle(level, codes.TitleOfLevel(level), cluster);
  if (label.state() == v1::Label::STATE_VALID) {
    AddSorted(levels, cluster->mutable_label_levels());
  }
}

std::vector<store::Timer> Timers(const v1::Label& label) {
  if (label.has_revocation() || !label.has_expire_time()) return {};
  // A step of state is due however late it is noticed.
  std::vector<store::Timer> timers = {{ToTime(label.expire_time()), "expire"}};
  if (label.has_lapse_time()) {
    timers.push_back({ToTime(label.lapse_time()), "lapse"});
  }
  return timers;
}

std::vector<Deadline> Deadlines(const store::Message& message, const CodeBook& codes) {
  const auto& label = static_cast<const v1::Label&>(message);
  return DeadlinesOfLabel(label, codes.FindScheme(label.scheme()));
}

std::vector<std::string> Uses(const store::Message& message) {
  const auto& label = static_cast<const v1::Label&>(message);
  return {label.scheme(), LevelUse(label.scheme(), label.level())};
}

}  // namespace

CatalogueType LabelType() {
  return {.type = facts::MakeType<v1::Label, CodeBook>(
              "label", "clusters/{cluster}/labels/{label}",
              {.own = &Own, .links = &Links, .aggregate = &Aggregate, .timers = &Timers}),
          .step = &StepLabel,
          .deadlines = &Deadlines,
          .uses = &Uses};
}

}  // namespace clusterwire::catalogue
