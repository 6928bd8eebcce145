#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "clusterwire/type/v1/facts.pb.h"
#include "clusterwire/type/v1/filter.pb.h"

#include "tests/benchmark/data/dice.h"

// What the benchmarks of search and matching work on: as many resources, changes and subscriptions
// as are asked for, drawn from the words, sectors, regions, programmes, labels and places of the
// real records in tests/data. Each follows from the seed and its number alone, so any range of them
// can be made anywhere, in any order.
namespace clusterwire::benchmark {

using type::v1::Facts;
using type::v1::Filter;

// What subscriptions ask.
enum class Mix {
  kMixed,    // sectors with regions, labels, words, circles, kinds, ranges, exclusions, watch lists
  kNarrow,   // lists of one to five resources
  kCircles,  // a circle alone
  kExact,    // values alone: what an index can answer without asking the predicate
};
std::optional<Mix> MixOf(const std::string& name);  // "mixed", "narrow", "circles", "exact"

// What happened to one resource. None: it was not there before, or is gone.
struct Change {
  std::optional<Facts> before;
  std::optional<Facts> after;
};

class World {
 public:
  // Reads the records in `folder`; ends the program where they can't be read.
  explicit World(const std::string& folder, uint64_t seed = 1);

  // The resource of that number, 0 upwards. Numbers below `i` may be named in it.
  Facts Document(int64_t i) const;
  // The same resource after a small change, another for each `version`.
  Facts Changed(const Facts& facts, int64_t version) const;
  // The n-th change of a world of so many resources.
  Change ChangeOf(int64_t n, int64_t documents) const;
  // The i-th of the subscriptions of a mix, over a world of so many resources.
  Filter Subscription(Mix mix, int64_t i, int64_t documents) const;

  // The k-th most frequent of the words that no real record has: in about 0.24/k of all resources.
  std::string RareWord(uint64_t k) const;
  // Where something is: a city with a little distance to it.
  type::v1::Point Place(Dice& dice) const;
  const std::vector<std::string>& programmes() const { return programmes_; }
  const std::vector<std::string>& sectors() const { return sectors_; }
  // A region of at most that level (0: the country), of a country as often as it has clusters.
  std::string Region(Dice& dice, int level) const;

 private:
  struct City {
    std::string name;
    double latitude, longitude;
  };

  void ReadClusters(const std::string& folder);
  void ReadOthers(const std::string& folder);
  void ReadCodes(const std::string& folder);
  void AddWords(const std::string& text);

  std::string Words(Dice& dice, int count) const;
  void FillPlace(Dice& dice, Facts* facts) const;
  void FillStanding(Dice& dice, Facts* facts) const;
  void FillOfType(Dice& dice, int64_t i, Facts* facts) const;
  Filter MixedFilter(Dice& dice, int64_t documents) const;
  void AddNames(Dice& dice, int count, int64_t documents, Filter* filter) const;
  void SetCircle(Dice& dice, double most_meters, Filter* filter) const;

  const uint64_t seed_;
  // Each as often as the records have it.
  std::vector<std::string> words_;
  std::vector<std::string> plain_words_;  // of ASCII letters alone, five and more
  std::vector<std::string> sectors_;      // codes
  std::vector<std::string> programmes_;   // names of resources
  std::vector<std::string> countries_;    // as NUTS writes them
  std::vector<std::string> event_kinds_;
  std::vector<City> cities_;
  std::vector<std::string> ecosystems_;                      // codes, each once
  std::map<std::string, std::vector<std::string>> regions_;  // codes of NUTS below a country
  std::map<std::string, std::string> region_titles_;
};

}  // namespace clusterwire::benchmark
