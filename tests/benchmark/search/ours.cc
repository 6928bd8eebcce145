// Search of ours, in one process: what measures it and answers. `run` tells it what to do
// (data/serve.h):
//
//   build COUNT            makes that many resources and an index of them
//   write FOLDER CHANGES   writes documents.tsv, queries.tsv and CHANGES lines of changes.tsv
//   answer ROW             for each query of a row a line "answer NUMBER TOTAL NAMES FACETS"
//   row ROW SECONDS        asks the queries of a row in turn for so long
//   changes COUNT GROUP    publishes so many changes, so many at once
//
// All that knows libs/search stands in this file.
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/testing/eventually.h"
#include "libs/search/index.h"
#include "tests/benchmark/data/serve.h"
#include "tests/benchmark/search/queries.h"

namespace clusterwire::benchmark {
namespace {

// What is asked of the index: as SearchService would.
struct Asked {
  filter::Predicate predicate;
  search::SearchOptions options;
};

Asked AskedOf(const Query& query) {
  search::SearchOptions options;
  options.facets = query.facets;
  options.limit = 50;
  switch (query.order) {
    case Ordering::kRelevance:
      options.order = search::Order::kRelevance;
      break;
    case Ordering::kDistance:
      options.order = search::Order::kDistance;
      options.origin = {query.filter.within().latitude(), query.filter.within().longitude()};
      break;
    case Ordering::kTitle:
      options.order = search::Order::kTitle;
  }
  return {*filter::Predicate::Compile(query.filter, filter::Viewer::Public()), options};
}

class Ours {
 public:
  explicit Ours(const std::string& records)
      : world_(records), queries_(QueriesOf(world_)), bad_(BadQueriesOf(world_)) {}

  void Build(const Words& words) {
    count_ = std::stoll(words.at(0));
    const int64_t before = MemoryBytes();
    Times times;
    times.Measure([&] {
      search::Loader loader(*index_);
      std::vector<search::FactsUpdate> updates;
      for (int64_t i = 0; i < count_; ++i) {
        const Facts facts = world_.Document(i);
        updates.push_back({.name = facts.name(), .facts = facts.SerializeAsString()});
        if (updates.size() < kMadeAtOnce && i + 1 < count_) continue;
        making_.Measure([&] {
          for (search::FactsUpdate& update : updates) loader.Add(std::move(update));
        });
        updates.clear();
      }
      making_.Measure([&] { Check(loader.Finish(++revision_)); });
    });
    Settle();
    Say("seconds", making_.total());
    Say("bytes_per_document",
        static_cast<double>(MemoryBytes() - before) / static_cast<double>(count_));
  }

  void Write(const Words& words) const {
    std::ofstream documents(words.at(0) + "/documents.tsv");
    for (int64_t i = 0; i < count_; ++i) documents << LineOf(i, world_.Document(i)) << '\n';
    std::ofstream queries(words.at(0) + "/queries.tsv");
    for (const Query& query : queries_) queries << LineOf(query) << '\n';
    std::ofstream changes(words.at(0) + "/changes.tsv");
    for (int64_t n = 1; n <= std::stoll(words.at(1)); ++n) {
      const Change change = world_.ChangeOf(n, count_);
      changes << (change.after ? LineOf(n, *change.after)
                               : absl::StrCat(n, "\t", change.before->name()))
              << '\n';
    }
  }

  void Answer(const Words& words) const {
    int number = 0;
    for (const Query& query : Row(words.at(0))) {
      const search::Page page = Search(AskedOf(query));
      std::vector<std::string> names;
      for (const auto& hit : page.hits) names.push_back(hit.facts.name());
      std::vector<std::string> facets;
      for (const auto& facet : page.facets) {
        for (const auto& value : facet.values) {
          facets.push_back(absl::StrCat(facet.field, "=", value.value, "=", value.count));
        }
      }
      std::printf("answer %d %zu %s %s\n", number++, page.total, absl::StrJoin(names, ",").c_str(),
                  absl::StrJoin(facets, ",").c_str());
    }
  }

  void MeasureRow(const Words& words) const {
    const double seconds = std::stod(words.at(1));
    const std::vector<Query> row = Row(words.at(0));
    Settle();
    Times times;
    while (times.total() < seconds) {
      for (const Query& query : row) {
        times.Measure([&] { Search(AskedOf(query)); });
      }
    }
    times.Print();
  }

  // All that have a point, at the zooms of a country, a continent and the world.
  void MeasureMap(const Words& words) const {
    const double seconds = std::stod(words.at(0));
    const auto all = filter::Predicate::Compile({}, filter::Viewer::Public());
    const search::MapOptions windows[] = {
        {.bounds = {.south = 47, .west = 5, .north = 56, .east = 16}, .zoom = 6},
        {.bounds = {.south = 34, .west = -12, .north = 72, .east = 45}, .zoom = 4},
        {.bounds = {.south = -85, .west = -180, .north = 85, .east = 180}, .zoom = 2}};
    Settle();
    Times times;
    size_t points = 0;
    while (times.total() < seconds) {
      for (const search::MapOptions& window : windows) {
        times.Measure([&] {
          const auto answer = index_->Current()->snapshot->Map(*all, window);
          Check(answer.status());
          points = answer->total;
        });
      }
    }
    times.Print();
    Say("points", static_cast<double>(points));
  }

  void Changes(const Words& words) {
    const int64_t count = std::stoll(words.at(0));
    const int64_t group = std::stoll(words.at(1));
    Times times;
    for (int64_t done = 0; done < count; done += group) {
      std::vector<search::FactsUpdate> updates;
      for (int64_t i = 0; i < group; ++i) {
        const Change change = world_.ChangeOf(++changes_, count_);
        const Facts& facts = change.after ? *change.after : *change.before;
        updates.push_back({.name = facts.name(), .facts = std::nullopt});
        if (change.after) updates.back().facts = facts.SerializeAsString();
      }
      times.Measure([&] { Check(index_->Apply(++revision_, updates)); });
    }
    times.Print();
    Say("changes_per_second",
        static_cast<double>(times.size()) * static_cast<double>(group) / times.total());
  }

 private:
  static constexpr size_t kMadeAtOnce = 50'000;

  static void Check(const absl::Status& status) {
    if (status.ok()) return;
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    std::exit(1);
  }
  // Until merges are done: the rows are of an index that is at rest.
  void Settle() const {
    Eventually([&] { return Segments() <= 8; });
  }
  size_t Segments() const { return index_->Current()->snapshot->segments(); }
  search::Page Search(const Asked& asked) const {
    auto page = index_->Current()->snapshot->Search(asked.predicate, asked.options);
    if (!page.ok()) {
      std::fprintf(stderr, "%s\n", page.status().ToString().c_str());
      std::exit(1);
    }
    return *std::move(page);
  }
  std::vector<Query> Row(const std::string& name) const {
    std::vector<Query> row;
    for (const auto* queries : {&queries_, &bad_}) {
      std::ranges::copy_if(*queries, std::back_inserter(row),
                           [&](const Query& query) { return query.row == name; });
    }
    if (row.empty()) std::exit(2);
    return row;
  }

  const World world_;
  const std::vector<Query> queries_;
  const std::vector<Query> bad_;
  const std::unique_ptr<search::Index> index_ = std::make_unique<search::Index>();
  int64_t count_ = 0;
  int64_t revision_ = 0;
  int64_t changes_ = 0;
  Times making_;
};

}  // namespace
}  // namespace clusterwire::benchmark

int main(int argc, char** argv) {
  using clusterwire::benchmark::Words;
  if (argc != 2) return 2;
  clusterwire::benchmark::Ours ours(argv[1]);
  return clusterwire::benchmark::Serve({
      {"build", [&](const Words& words) { ours.Build(words); }},
      {"write", [&](const Words& words) { ours.Write(words); }},
      {"answer", [&](const Words& words) { ours.Answer(words); }},
      {"row", [&](const Words& words) { ours.MeasureRow(words); }},
      {"map", [&](const Words& words) { ours.MeasureMap(words); }},
      {"changes", [&](const Words& words) { ours.Changes(words); }},
  });
}
