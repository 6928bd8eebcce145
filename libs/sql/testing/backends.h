#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "libs/base/testing/temp_dir.h"
#include "libs/sql/database.h"

namespace clusterwire::sql {

// A new, empty database of one kind, that can be opened again. For conformance suites, which run
// on each kind.
class TestDatabase {
 public:
  explicit TestDatabase(Dialect dialect);

  const std::string& url() const { return url_; }
  // Aborts when it can't be opened.
  std::unique_ptr<Database> Open(Options options = {}) const;

 private:
  const TempDir dir_;
  std::string url_;
};

// INSTANTIATE_TEST_SUITE_P(Both, MySuite, kBothDatabases, DialectName);
inline const auto kBothDatabases = testing::Values(Dialect::kSqlite, Dialect::kPostgres);
std::string DialectName(const testing::TestParamInfo<Dialect>& info);

}  // namespace clusterwire::sql
