#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/budget.pb.h"

#include "libs/base/text/strings.h"
#include "libs/text/language.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/common/fields/money.h"

namespace clusterwire::catalogue {
namespace {

std::string SummaryIn(text::Language language, const v1::Budget& budget) {
  const auto part = [&](const google::type::Money& money, std::string_view english,
                        std::string_view german) {
    return absl::StrCat(TextIn(language, money), " ", ToAbsl(text::In(language, english, german)));
  };
  const std::string given = TextIn(language, budget.given());
  return absl::StrCat(language == text::Language::kGerman ? absl::StrCat("Von ", given, ": ")
                                                          : absl::StrCat("Of ", given, " given: "),
                      part(budget.approved(), "approved", "genehmigt"), ", ",
                      part(budget.invoiced(), "invoiced", "in Rechnung gestellt"), ", ",
                      part(budget.paid(), "paid", "bezahlt"), ", ",
                      part(budget.free(), "free", "frei"), ".");
}

facts::Facts Own(const v1::Budget& budget, const CodeBook&) {
  facts::Facts facts = Described("budget", budget);
  const std::string programme(store::RootOf(budget.name()));
  facts.set_title(absl::StrCat("Budget of ", programme.substr(programme.find('/') + 1), " for ",
                               budget.year()));
  facts.set_summary(SummaryIn(text::Language::kEnglish, budget));
  facts.set_summary_de(SummaryIn(text::Language::kGerman, budget));
  facts.mutable_period()->set_start(absl::StrCat(budget.year()));
  facts.mutable_period()->set_end(absl::StrCat(budget.year()));
  facts.set_parent(programme);
  AddSorted({programme}, facts.mutable_programmes());
  RestrictTo({programme}, &facts);
  return facts;
}

}  // namespace

CatalogueType BudgetType() {
  return {.type = facts::MakeType<v1::Budget, CodeBook>(
              "budget", "programmes/{programme}/budgets/{budget}", {.own = &Own})};
}

}  // namespace clusterwire::catalogue
