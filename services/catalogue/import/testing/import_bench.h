#pragma once

#include <string>
#include <vector>

#include "clusterwire/catalogue/v1/import.pb.h"

#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue::registers {

using Reports = std::vector<v1::ImportResponse>;

// A catalogue on an empty SQLite file, whose clock stands in November 2026, and imports into it.
// A failure in between aborts the test.
class ImportBench {
 public:
  store::Store& store() { return *world_.store; }
  WriteCall Operator() const { return world_.AsOperator(); }

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
    return world_.Get<T>(name);
  }
  facts::Facts FactsOf(const std::string& name) { return world_.FactsOf(name); }
  int64_t revision() { return store().revision().value().value; }

 private:
  World world_{"2026-11-24", World::Holds::kNothing};
};

// The lines of a file of tests/data.
std::vector<std::string> DataLines(const std::string& file);

// Lines of one record; `more` is what else stands in the object: R"(, "region": "Sachsen")".
std::string ClusterLine(const std::string& name, const std::string& more = "",
                        const std::string& country = "DE");
std::string EventLine(const std::string& title, const std::string& parent = "");

std::vector<v1::ImportResponse::Outcome> OutcomesOf(const Reports& reports);

}  // namespace clusterwire::catalogue::registers
