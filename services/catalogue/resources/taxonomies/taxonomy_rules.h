#pragma once

#include "clusterwire/catalogue/v1/taxonomy.pb.h"

#include "services/catalogue/common/resource.h"

namespace clusterwire::catalogue {

// What makes a code list right.
Rules<v1::Taxonomy> TaxonomyRules();

// Safe for use from any thread.
class Taxonomies : public Resources<v1::Taxonomy> {
 public:
  explicit Taxonomies(store::Store& store) : Resources(store, TaxonomyRules()) {}

  // Codes that begin with `query` or whose names hold all its words; of `taxonomy` only, unless
  // that is empty (NOT_FOUND when it isn't there). Shorter codes first, at most `limit`.
  absl::StatusOr<std::vector<v1::FoundCode>> SearchCodes(const ReadCall& call,
                                                         std::string_view query,
                                                         std::string_view taxonomy,
                                                         size_t limit) const;
};

}  // namespace clusterwire::catalogue
