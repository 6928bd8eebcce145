#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/seed.h"
#include "libs/sql/database.h"
#include "libs/sql/testing/backends.h"
#include "libs/store/store.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"

namespace clusterwire::catalogue {

// The catalogue without network: a real store on a temporary database, SQLite if not said, a clock
// that a test moves, small code lists (iso DE FR GB GR, nuts DE DED DED2 EL UK, esca ict health),
// the ECEI scheme with its real rules, and one published programme, programmes/go-cluster. A
// failure in between fails or aborts the test.
class World {
 public:
  enum class Holds { kLists, kNothing };
  // `today` as "2024-06-01", noon UTC. With kNothing the store is empty.
  explicit World(const std::string& today = "2024-06-01", Holds holds = Holds::kLists,
                 sql::Dialect dialect = sql::Dialect::kSqlite);

  void SetToday(const std::string& day);

  // The resources of one type: Of<Clusters>().
  template <typename Resources>
  Resources Of() {
    return Resources(*store);
  }

  WriteCall AsOperator() const;
  WriteCall As(std::string_view member) const;
  ReadCall Read(filter::Viewer viewer = filter::Viewer::Operator()) const;

  // A published cluster that breaks no rule, in Germany.
  v1::Cluster GoodCluster(const std::string& title = "Silicon Saxony") const;
  // Creates one; fails the test when it can't.
  v1::Cluster NewCluster(const std::string& title = "Silicon Saxony");
  // The resource or its Facts as stored; fails the test when there are none.
  template <store::Resource T>
  T Get(const std::string& name) {
    return store->Read().value()->Get<T>(name).value();
  }
  facts::Facts FactsOf(const std::string& name);
  bool HasFacts(const std::string& name);
  // The changes after `revision`, and their kinds, in order.
  std::vector<store::Change> ChangesAfter(store::Revision revision);
  std::vector<std::string> KindsAfter(store::Revision revision);

 private:
  const sql::TestDatabase kept_;

 public:
  FakeClock clock;
  SeededRandom random{1};
  std::unique_ptr<sql::Database> database;
  std::unique_ptr<store::Store> store;
};

}  // namespace clusterwire::catalogue
