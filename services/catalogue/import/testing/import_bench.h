#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clusterwire/catalogue/v1/import.pb.h"

#include "libs/base/random.h"
#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/sql/database.h"
#include "libs/store/store.h"
#include "services/catalogue/domain/access.h"

namespace clusterwire::catalogue::registers {

using Reports = std::vector<v1::ImportResponse>;

// A catalogue on an empty SQLite file, whose clock stands in November 2026, and imports into it.
// Whatever fails in between aborts the test.
class ImportBench {
 public:
  ImportBench();

  store::Store& store() { return *store_; }
  static WriteCall Operator();

  // The reports on `lines`, numbered from 1.
  Reports Import(v1::ImportStart::Kind kind, const std::vector<std::string>& lines);
  Reports Import(const v1::ImportStart& start, const std::vector<std::string>& lines);
  // The lines of a file of tests/data, from those of taxonomies on to the events.
  Reports ImportFile(v1::ImportStart::Kind kind, const std::string& file);
  // Everything in tests/data, in the order that it needs.
  Reports ImportAll();
  // The code lists alone: what every other record is checked against.
  void ImportTaxonomies();

  // How many resources of a type there are.
  int Count(const std::string& type);
  template <store::Resource T>
  T Get(const std::string& name) {
    return store_->Read().value()->Get<T>(name).value();
  }
  store::Facts FactsOf(const std::string& name);
  int64_t revision() { return store_->revision().value().value; }

 private:
  const TempDir dir_;
  FakeClock clock_;
  SeededRandom random_;
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<store::Store> store_;
};

// The lines of a file of tests/data.
std::vector<std::string> DataLines(const std::string& file);

}  // namespace clusterwire::catalogue::registers
