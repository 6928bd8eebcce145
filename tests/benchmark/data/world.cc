#include "tests/benchmark/data/world.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "libs/base/json.h"
#include "libs/text/text.h"

namespace clusterwire::benchmark {
namespace {

using Json = nlohmann::json;

constexpr uint64_t kRareWords = 300'000;

std::vector<Json> LinesOf(const std::string& path) {
  std::ifstream file(path);
  std::vector<Json> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(Json::parse(line));
  if (lines.empty()) {
    std::fprintf(stderr, "%s: no records\n", path.c_str());
    std::exit(1);
  }
  return lines;
}

bool IsPlain(const std::string& word) {
  return word.size() >= 5 &&
         std::all_of(word.begin(), word.end(), [](char sign) { return absl::ascii_isalpha(sign); });
}

// NUTS calls two countries otherwise than ISO 3166.
std::string NutsCountry(const std::string& iso) {
  return iso == "GR" ? "EL" : iso == "GB" ? "UK" : iso;
}

}  // namespace

std::optional<Mix> MixOf(const std::string& name) {
  if (name == "mixed") return Mix::kMixed;
  if (name == "narrow") return Mix::kNarrow;
  if (name == "circles") return Mix::kCircles;
  if (name == "exact") return Mix::kExact;
  return std::nullopt;
}

World::World(const std::string& folder, uint64_t seed) : seed_(seed) {
  ReadCodes(folder);
  ReadClusters(folder);
  ReadOthers(folder);
}

void World::AddWords(const std::string& text) {
  for (const absl::string_view word : absl::StrSplit(text, ' ', absl::SkipWhitespace())) {
    words_.emplace_back(word);
    const std::string lower = absl::AsciiStrToLower(word);
    if (IsPlain(lower)) plain_words_.push_back(lower);
  }
}

void World::ReadCodes(const std::string& folder) {
  std::ifstream nuts(folder + "/nuts.csv");
  std::string line;
  std::getline(nuts, line);
  while (std::getline(nuts, line)) {
    const std::vector<std::string> cells = absl::StrSplit(line, ',');
    if (cells[0].size() > 2) regions_[cells[0].substr(0, 2)].push_back(cells[0]);
    region_titles_[cells[0]] = cells[2];
  }
  for (const Json& list : LinesOf(folder + "/taxonomies.ndjson")) {
    if (list["list"] != "eu-ecosystem") continue;
    for (const Json& code : list["codes"]) {
      ecosystems_.push_back("eu-ecosystem:" + code["code"].get<std::string>());
    }
  }
}

void World::ReadClusters(const std::string& folder) {
  for (const Json& cluster : LinesOf(folder + "/clusters.ndjson")) {
    AddWords(cluster["name"].get<std::string>());
    countries_.push_back(NutsCountry(cluster["country"].get<std::string>()));
    for (const Json& sector : cluster.value("sectors", Json::array())) {
      AddWords(sector.get<std::string>());
      sectors_.push_back("esca:" + text::Slug(sector.get<std::string>()));
    }
    for (const Json& programme : cluster.value("programmes", Json::array())) {
      programmes_.push_back("programmes/" + text::Slug(programme.get<std::string>()));
    }
    if (cluster.contains("latitude")) {
      cities_.push_back({cluster.value("city", ""), cluster["latitude"], cluster["longitude"]});
    }
  }
}

void World::ReadOthers(const std::string& folder) {
  for (const Json& event : LinesOf(folder + "/events.ndjson")) {
    AddWords(event["title"].get<std::string>());
    event_kinds_.push_back(event["kind"].get<std::string>());
    if (event.contains("latitude")) {
      cities_.push_back({event.value("city", ""), event["latitude"], event["longitude"]});
    }
  }
  for (const Json& programme : LinesOf(folder + "/programmes.ndjson")) {
    AddWords(programme["name"].get<std::string>());
  }
}

std::string World::RareWord(uint64_t k) const {
  Dice dice({seed_, 'w', k});
  const std::string& head = dice.Pick(plain_words_);
  const std::string& tail = dice.Pick(plain_words_);
  // The number keeps apart what the same two words begin and end.
  std::string word =
      absl::StrCat(head.substr(0, 3 + dice.Below(head.size() - 3)), tail.substr(tail.size() / 2));
  for (uint64_t rest = k; rest > 0; rest /= 21) word += "bcdfghjklmnpqrstvwxyz"[rest % 21];
  return word;
}

std::string World::Words(Dice& dice, int count) const {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const bool rare = dice.Percent(20);
    absl::StrAppend(&text, i == 0 ? "" : " ",
                    rare ? RareWord(1 + dice.Zipf(kRareWords)) : dice.Pick(words_));
  }
  return text;
}

type::v1::Point World::Place(Dice& dice) const {
  const City& city = dice.Pick(cities_);
  const auto rounded = [](double degrees) { return std::round(degrees * 1e5) / 1e5; };
  type::v1::Point point;
  point.set_latitude(rounded(city.latitude + dice.Bell() * 0.6));
  point.set_longitude(rounded(city.longitude + dice.Bell() * 0.9));
  point.set_precision(type::v1::POINT_PRECISION_CITY);
  return point;
}

std::string World::Region(Dice& dice, int level) const {
  const std::string& country = dice.Pick(countries_);
  const auto of_country = regions_.find(country);
  if (level == 0 || of_country == regions_.end()) return country;
  return dice.Pick(of_country->second).substr(0, static_cast<size_t>(2 + level));
}

}  // namespace clusterwire::benchmark
