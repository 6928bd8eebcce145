#include "services/catalogue/types.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/facts/registry.h"
#include "services/catalogue/common/codes/code_book.h"
#include "services/catalogue/common/fields/facts_fields.h"

namespace clusterwire::catalogue {

// Each room defines one of these per type.
#define RESOURCE(noun, room) CatalogueType noun##Type();
#include "services/catalogue/types.def"
#undef RESOURCE

namespace {

// Raised with every change to what the projections give: all Facts are then rewritten.
constexpr int kProjectionVersion = 1;

std::vector<CatalogueType> AllTypes() {
  return {
#define RESOURCE(noun, room) noun##Type(),
#include "services/catalogue/types.def"
#undef RESOURCE
  };
}

}  // namespace

absl::StatusOr<store::Registry> CatalogueTypes(facts::Options limits) {
  std::vector<facts::Type> types;
  for (CatalogueType& one : AllTypes()) {
    if (one.type.timers && one.step == nullptr) {
      return absl::InternalError(absl::StrCat(one.type.type, " has timers and no step for them"));
    }
    types.push_back(std::move(one.type));
  }
  return facts::MakeRegistry(
      std::move(types),
      {.inherit = &Inherit, .read_codes = &CodeBook::Read, .version = kProjectionVersion}, limits);
}

std::map<std::string, TimerStep, std::less<>> TimerSteps() {
  std::map<std::string, TimerStep, std::less<>> steps;
  for (const CatalogueType& one : AllTypes()) steps[one.type.type] = one.step;
  return steps;
}

}  // namespace clusterwire::catalogue
