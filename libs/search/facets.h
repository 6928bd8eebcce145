#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

#include "libs/search/hits.h"

// Inside the library: how many hits have which value.
namespace clusterwire::search {

class FacetCounter {
 public:
  explicit FacetCounter(std::vector<std::string> fields);

  // Each part once. The parts outlive it.
  void Add(const Hits& hits);
  // In the order of the fields.
  std::vector<Facet> Facets() const;

 private:
  struct Field {
    std::string name;
    const filter::FacetField* field;
    std::string prefix;  // what its keys begin with
    absl::flat_hash_map<absl::string_view, size_t> counts;
    bool cut = false;
  };

  std::vector<Field> fields_;
};

}  // namespace clusterwire::search
