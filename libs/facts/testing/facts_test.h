#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/facts/facts.h"
#include "libs/facts/testing/clubs.h"
#include "libs/store/testing/store_test.h"

namespace clusterwire::facts::testing {

// A store of clubs and their Facts on either database, as StoreTest.
class FactsTest : public store::testing::StoreTest {
 protected:
  FactsTest() : StoreTest([] { return ClubRegistry(); }) {}

  void OpenAs(int version, Options options = {}) {
    make_registry_ = [=] { return ClubRegistry(version, options); };
    Open();
  }
  void OpenWith(Options options) { OpenAs(1, options); }

  std::optional<Facts> FactsOf(std::string_view name) {
    const auto facts = facts::Get(**store_->Read(), name);
    return facts.ok() ? *facts : std::nullopt;
  }
  std::vector<std::string> Levels(std::string_view name) {
    const std::optional<Facts> facts = FactsOf(name);
    if (!facts.has_value()) return {"no facts"};
    return {facts->label_levels().begin(), facts->label_levels().end()};
  }
};

}  // namespace clusterwire::facts::testing
