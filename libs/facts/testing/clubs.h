#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libs/facts/registry.h"
#include "libs/store/registry.h"
#include "libs/store/testing/clubs.h"

namespace clusterwire::facts::testing {

// The code lists of clubs: each code's parent. A level's parent is the level below it.
struct Codes : CodeLists {
  std::map<std::string, std::string> parents;

  std::vector<std::string> WithAncestors(std::string_view code) const;
};

// The types of club.proto with projections like those of a real service.
store::Registry ClubRegistry(int version = 1, Options options = {});

}  // namespace clusterwire::facts::testing
