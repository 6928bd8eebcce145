#include "tests/benchmark/search/queries.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "libs/filter/terms/terms.h"

namespace clusterwire::benchmark {
namespace {

constexpr int kQueriesInRow = 12;

void SetCircle(const World& world, Dice& dice, double radius, Filter* filter) {
  const type::v1::Point place = world.Place(dice);
  filter->mutable_within()->set_latitude(place.latitude());
  filter->mutable_within()->set_longitude(place.longitude());
  filter->mutable_within()->set_radius_meters(radius);
}

// In about one of 400 resources. None of those that begin as half the real words do.
std::string RareWord(const World& world, uint64_t number) {
  uint64_t k = 85 + number;
  while (world.RareWord(k).starts_with("clust")) k += kQueriesInRow;
  return world.RareWord(k);
}

// Words that stand in many titles beside a place and counts of what is found.
Query WordsQuery(const World& world, Dice& dice, int i) {
  static const auto& words =
      *new std::vector<std::string>{"cluster", "industry", "energy", "klaster", "innovation"};
  Query query{.row = "words", .order = Ordering::kRelevance};
  query.filter.set_words(words[static_cast<size_t>(i) % words.size()]);
  query.facets = {"types", "states", "label_levels"};
  SetCircle(world, dice, 60'000, &query.filter);
  return query;
}

Query ProgrammeQuery(const World& world, Dice& dice) {
  Query query{.row = "programme", .facets = {"sectors"}};
  query.filter.add_programmes(dice.Pick(world.programmes()));
  return query;
}

Query LabelQuery(const World& world, Dice& dice, int i) {
  Query query{.row = "label"};
  query.filter.add_label_levels(i % 2 == 0 ? "ecei:silver" : "ecei:gold");
  query.filter.add_regions("nuts:" + world.Region(dice, 1));
  return query;
}

}  // namespace

std::vector<Query> QueriesOf(const World& world) {
  std::vector<Query> queries;
  for (int i = 0; i < kQueriesInRow; ++i) {
    const auto number = static_cast<uint64_t>(i);
    Dice dice({'q', number});
    const std::string rare = RareWord(world, number);
    queries.push_back(WordsQuery(world, dice, i));
    queries.push_back(ProgrammeQuery(world, dice));

    Query prefix{.row = "prefix", .order = Ordering::kRelevance};
    prefix.filter.set_words(rare.substr(0, 6) + "*");
    queries.push_back(prefix);

    Query word{.row = "word", .order = Ordering::kRelevance};
    word.filter.set_words(rare);
    queries.push_back(word);

    Query near{.row = "distance", .order = Ordering::kDistance};
    SetCircle(world, dice, 300'000, &near.filter);
    queries.push_back(near);

    queries.push_back(LabelQuery(world, dice, i));
  }
  queries.push_back({.row = "browse"});
  return queries;
}

std::vector<Query> BadQueriesOf(const World& world) {
  std::vector<Query> queries;
  const auto words = [&](const char* row, const std::string& text) {
    queries.push_back({.row = row, .order = Ordering::kRelevance});
    queries.back().filter.set_words(text);
  };
  words("bad_one_letter", "c*");
  words("bad_common_words", "cluster organisation in");
  words("bad_twenty_words", "a* b* c* d* e* f* g* h* i* k* l* m* n* o* p* r* s* t* u* v*");
  queries.push_back({.row = "bad_fifty_codes"});
  for (size_t i = 0; queries.back().filter.sectors_size() < 50; ++i) {
    queries.back().filter.add_sectors(world.sectors()[i * 7 % world.sectors().size()]);
  }
  Dice dice({'b'});
  queries.push_back({.row = "bad_half_europe", .order = Ordering::kDistance});
  SetCircle(world, dice, filter::kMaxRadiusMeters, &queries.back().filter);
  queries.push_back({.row = "bad_all_facets",
                     .facets = {"types", "sectors", "regions", "programmes", "label_levels",
                                "labels_held", "kinds", "states", "languages"}});
  return queries;
}

std::string LineOf(const Query& query) {
  const Filter& filter = query.filter;
  constexpr const char* kOrders[] = {"relevance", "distance", "title"};
  const auto number = [&](double value) {
    return filter.has_within() ? absl::StrFormat("%.10g", value) : "";
  };
  return absl::StrJoin(
      std::vector<std::string>{
          query.row, filter.words(), absl::StrJoin(filter.regions(), " "),
          absl::StrJoin(filter.programmes(), " "), absl::StrJoin(filter.label_levels(), " "),
          number(filter.within().latitude()), number(filter.within().longitude()),
          number(filter.within().radius_meters()), kOrders[static_cast<int>(query.order)],
          absl::StrJoin(query.facets, " ")},
      "\t");
}

std::string LineOf(int64_t number, const Facts& facts) {
  const filter::Columns columns = filter::ColumnsOf(facts);
  const auto degrees = [&](double value) {
    return columns.point ? absl::StrFormat("%.10g", value) : "";
  };
  const filter::LatLng at = columns.point.value_or(filter::LatLng{});
  return absl::StrJoin(
      std::vector<std::string>{
          absl::StrCat(number), facts.name(), facts.type(), facts.state(),
          facts.has_audience() ? "0" : "1", absl::BytesToHexString(columns.title_key),
          absl::StrJoin(columns.tokens, " "), absl::StrJoin(columns.title_tokens, " "),
          absl::StrJoin(facts.codes(), " "), absl::StrJoin(facts.programmes(), " "),
          absl::StrJoin(facts.label_levels(), " "), degrees(at.latitude), degrees(at.longitude)},
      "\t");
}

}  // namespace clusterwire::benchmark
