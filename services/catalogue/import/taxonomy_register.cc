#include "libs/base/status/status_macros.h"
#include "services/catalogue/resources/taxonomies/taxonomy_rules.h"
#include "services/catalogue/import/ids.h"
#include "services/catalogue/import/mapping.h"
#include "services/catalogue/import/register.h"
#include "services/catalogue/import/take.h"

namespace clusterwire::catalogue::registers {
namespace {

class TaxonomyRegister final : public Register {
 public:
  explicit TaxonomyRegister(std::string read_date) : read_date_(std::move(read_date)) {}

  // A list is known by what stands before the colon of its codes, whatever its title.
  absl::StatusOr<Taken> Take(Batch& batch, std::string_view json) override {
    ASSIGN_OR_RETURN(v1::Taxonomy taxonomy, MapTaxonomy(json, read_date_));
    ASSIGN_OR_RETURN(const auto book, CodeBook::Of(batch.writer()));
    if (const v1::Taxonomy* known = book->FindList(taxonomy.list())) {
      return TakeAt(batch, rules_, Spot<v1::Taxonomy>{known->name(), *known}, taxonomy);
    }
    const std::string list = taxonomy.list();
    const Aim<v1::Taxonomy> aim{
        .prefix = "taxonomies/",
        .ids = IdsFor(taxonomy.title()),
        .key = list,
        .same = [list](const v1::Taxonomy& known) { return known.list() == list; }};
    return registers::Take(batch, rules_, aim, std::move(taxonomy));
  }

 private:
  const std::string read_date_;
  const Rules<v1::Taxonomy> rules_ = TaxonomyRules();
};

}  // namespace

std::unique_ptr<Register> MakeTaxonomyRegister(std::string read_date) {
  return std::make_unique<TaxonomyRegister>(std::move(read_date));
}

}  // namespace clusterwire::catalogue::registers
