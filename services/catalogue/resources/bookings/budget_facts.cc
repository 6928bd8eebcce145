#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/budget.pb.h"

#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/common/fields/money.h"

namespace clusterwire::catalogue {
namespace {

facts::Facts Own(const v1::Budget& budget, const CodeBook&) {
  facts::Facts facts = Described("budget", budget);
  const std::string programme(store::RootOf(budget.name()));
  facts.set_title(absl::StrCat("Budget of ", programme.substr(programme.find('/') + 1), " for ",
                               budget.year()));
  facts.set_summary(absl::StrCat("Of ", TextOf(budget.given()),
                                 " given: ", TextOf(budget.approved()), " approved, ",
                                 TextOf(budget.invoiced()), " invoiced, ", TextOf(budget.paid()),
                                 " paid, ", TextOf(budget.free()), " free."));
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
