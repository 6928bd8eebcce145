#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "roaring/roaring.hh"

#include "libs/search/base.h"
#include "libs/search/snapshot.h"

namespace clusterwire::search {

// Inside the library: what a snapshot is made of.
struct Snapshot::Parts {
  SnapshotOptions options;
  std::shared_ptr<const Base> base;
  Roaring hidden;  // documents of the base that are gone or replaced
  std::map<std::string, std::shared_ptr<const Document>> overlay;

  // In order of name.
  std::vector<const Document*> Matching(const Predicate& predicate) const;
};

}  // namespace clusterwire::search
