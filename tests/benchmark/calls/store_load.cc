// How fast the store alone takes creations of clusters, beside raw SQLite with the same rows,
// indexes and flush; prints a name and a number a line:
//
//   store_load ours|raw FOLDER CALLERS COUNT [MORE]
//
// MORE: so many are there before it is measured. Of raw, CALLERS is how many share a transaction.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <sys/resource.h>

#include "libs/base/random.h"
#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "libs/sql/database.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/taxonomies/taxonomy_rules.h"
#include "services/catalogue/types.h"

namespace clusterwire::benchmark {
namespace {

namespace v1 = catalogue::v1;

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "%s\n", value.status().ToString().c_str());
  std::exit(1);
}

double CpuSeconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

v1::Cluster ClusterOf(long number) {
  v1::Cluster cluster;
  cluster.set_state(v1::Cluster::STATE_PUBLISHED);
  cluster.set_title("Silicon Saxony Cluster " + std::to_string(number));
  std::string summary;
  for (int i = 0; i < 60; ++i) summary += i % 2 == 0 ? "Photonics " : "mobility ";
  cluster.set_summary(summary + "end.");
  cluster.set_country("DE");
  cluster.set_website("https://cluster-" + std::to_string(number) + ".example.org");
  for (int i = 0; i < 3; ++i) {
    cluster.add_sectors("named:sector-" + std::to_string(50 * i + number % 50));
  }
  return cluster;
}

v1::Taxonomy CountriesOf(const char* list) {
  v1::Taxonomy taxonomy;
  taxonomy.set_title(list);
  taxonomy.set_list(list);
  taxonomy.set_subject(v1::Taxonomy::SUBJECT_REGION);
  v1::TaxonomyCode& code = *taxonomy.add_codes();
  code.set_code("DE");
  code.set_title("Germany");
  return taxonomy;
}

// Runs `one` for each number of [first, first + count) on so many threads.
template <typename One>
void Spread(int callers, long first, long count, One one) {
  std::atomic<long> next = first;
  std::vector<std::thread> threads;
  for (int i = 0; i < callers; ++i) {
    threads.emplace_back([&] {
      for (long number = next++; number < first + count; number = next++) one(number);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

template <typename One>
void Measure(int callers, long count, long before, One one) {
  if (before > 0) Spread(callers, 0, before, one);
  const double cpu = CpuSeconds();
  const auto begun = std::chrono::steady_clock::now();
  Spread(callers, before, count, one);
  const double took =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  std::printf("writes_per_second %.0f\ncpu_us_per_write %.1f\n", static_cast<double>(count) / took,
              1e6 * (CpuSeconds() - cpu) / static_cast<double>(count));
}

// What stands in the tables of one cluster.
struct Template {
  std::string data, own_facts, facts;
};

Template MakeTemplate(sql::Database& database, const std::string& name) {
  const sql::Lease connection = Must(database.Acquire());
  const sql::Result row = Must(
      connection->Query("SELECT data, own_facts, facts FROM resource WHERE name = $1", {name}));
  return {row.rows[0].Bytes(0), row.rows[0].Bytes(1), row.rows[0].Bytes(2)};
}

// The rows of one creation, as the store writes them, one statement for each.
absl::Status InsertRaw(sql::Connection& connection, const Template& rows, long number) {
  const std::string name = "clusters/raw-" + std::to_string(number);
  const int64_t revision = 1000 + number;
  const sql::Bytes data{rows.data}, own{rows.own_facts}, facts{rows.facts};
  RETURN_IF_ERROR(connection.Execute(
      "INSERT INTO resource(name, type, root, revision, data, own_facts, facts, deleted) "
      "VALUES($1, 'cluster', $1, $2, $3, $4, $5, 0)",
      {name, revision, data, own, facts}));
  RETURN_IF_ERROR(connection.Execute(
      "INSERT INTO change(revision, ordinal, history, type, name, root, kind, quiet, after, "
      "facts_before, facts_after, cause, actor, trace, time) VALUES($1, 1, 'history', 'cluster', "
      "$2, $2, 'cluster.created', 0, $3, NULL, $4, '', 'operator', '', $1)",
      {revision, name, data, facts}));
  RETURN_IF_ERROR(connection.Execute(
      "INSERT INTO change_name(name, revision, ordinal) VALUES($1, $2, 1)", {name, revision}));
  return connection.Execute(
      "INSERT INTO request(caller, request_id, method, digest, revision, name, answer, time) "
      "VALUES('operator', $1, 'CreateCluster', 'digest', $2, $1, $3, $2)",
      {name, revision, data});
}

void Raw(sql::Database& database, int group, long count, const Template& rows) {
  const sql::Lease connection = Must(database.Acquire());
  const double cpu = CpuSeconds();
  const auto begun = std::chrono::steady_clock::now();
  for (long number = 0; number < count;) {
    sql::Transaction transaction =
        Must(sql::Transaction::Begin(*connection, sql::Transaction::Kind::kWrite));
    for (int i = 0; i < group && number < count; ++i) {
      if (!InsertRaw(*connection, rows, number++).ok()) std::exit(1);
    }
    if (!transaction.Commit().ok()) std::exit(1);
  }
  const double took =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  std::printf("writes_per_second %.0f\ncpu_us_per_write %.1f\n", static_cast<double>(count) / took,
              1e6 * (CpuSeconds() - cpu) / static_cast<double>(count));
}

void Run(const std::string& which, const std::string& folder, int callers, long count,
         long before) {
  const auto database = Must(sql::Database::Open("sqlite:" + folder + "/store.db"));
  const auto store = Must(store::Store::Open(*database, Must(catalogue::CatalogueTypes()),
                                             Clock::System(), Random::System()));
  catalogue::Clusters clusters(*store);
  resource::WriteCall made_first;
  made_first.viewer = filter::Viewer::Operator();
  for (const char* list : {"iso", "nuts"}) {
    Must(catalogue::Taxonomies(*store).Create(made_first, "", CountriesOf(list), ""));
  }
  if (which == "raw") {
    Must(clusters.Create(made_first, "", ClusterOf(0), "template"));
    return Raw(*database, callers, count, MakeTemplate(*database, "clusters/template"));
  }
  Measure(callers, count, before, [&](long number) {
    resource::WriteCall call = made_first;
    call.store.caller = "operator";
    call.store.method = "/clusterwire.catalogue.v1.ClusterService/CreateCluster";
    call.store.digest = "digest";
    call.store.request_id = "load-" + std::to_string(number);
    Must(clusters.Create(call, "", ClusterOf(number), "load-" + std::to_string(number)));
  });
  std::printf("groups_of %.1f\n", static_cast<double>(store->counters().writes) /
                                      static_cast<double>(store->counters().groups));
}

}  // namespace
}  // namespace clusterwire::benchmark

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: store_load ours|raw FOLDER CALLERS COUNT [MORE]\n");
    return 2;
  }
  clusterwire::benchmark::Run(argv[1], argv[2], std::atoi(argv[3]), std::atol(argv[4]),
                              argc > 5 ? std::atol(argv[5]) : 0);
  return 0;
}
