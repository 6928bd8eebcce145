#pragma once

#include <any>
#include <memory>
#include <utility>
#include <vector>

#include "libs/base/status/error.h"
#include "libs/facts/hook.h"
#include "libs/facts/projection.h"
#include "libs/store/reader.h"
#include "libs/store/registry.h"

namespace clusterwire::facts {

// What holds for all types of a service.
template <typename Codes>
struct Rules {
  // The one definition of inheriting: what is about `target` takes over from it.
  void (*inherit)(const Facts& target, Facts* linked) = nullptr;
  // Reads the code lists; inside a write with what is staged of them.
  absl::StatusOr<std::shared_ptr<const Codes>> (*read_codes)(const store::Reader&) = nullptr;
  // Raised by a release that changes a projection: Facts are then rewritten.
  int version = 1;
};

// The registry of a store that keeps the Facts of `types`.
template <typename Codes>
absl::StatusOr<store::Registry> MakeRegistry(std::vector<Type<Codes>> types, Rules<Codes> rules,
                                             Options options = {}) {
  std::vector<store::ResourceType> known(types.begin(), types.end());  // what the store knows
  ServiceRules erased;
  erased.inherit = rules.inherit;
  erased.version = rules.version;
  for (const Type<Codes>& type : types) {
    if (type.feeds_codes) erased.feeding_codes.insert(type.type);
  }
  erased.project =
      [types = std::move(types), read = rules.read_codes](
          const store::Reader& reader) -> absl::StatusOr<std::shared_ptr<const Projections>> {
    ASSIGN_OR_RETURN(std::shared_ptr<const Codes> codes, read(reader));
    auto projections = std::make_shared<Projections>();
    for (const Type<Codes>& type : types) projections->types[type.type] = type.bind(codes);
    projections->codes = std::move(codes);
    return projections;
  };
  return store::Registry::Create(std::move(known),
                                 std::make_unique<Hook>(std::move(erased), options));
}

// The code lists that projections are given in this write, with what its body has staged of them.
template <typename Codes>
absl::StatusOr<std::shared_ptr<const Codes>> CodesIn(const store::Writer& writer) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const std::any> context, writer.context());
  const auto* codes = std::any_cast<std::shared_ptr<const Codes>>(context.get());
  if (codes == nullptr) return absl::InternalError("this store has no code lists of that kind");
  return *codes;
}

}  // namespace clusterwire::facts
