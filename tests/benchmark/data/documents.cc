// The resources and their changes.
#include <algorithm>
#include <cmath>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "tests/benchmark/data/world.h"

namespace clusterwire::benchmark {
namespace {

using List = google::protobuf::RepeatedPtrField<std::string>;

std::string DateOf(Dice& dice) {
  return absl::StrFormat("%d-%02d-%02d", 2012 + dice.Below(18), 1 + dice.Below(12),
                         1 + dice.Below(28));
}

void Set(const std::set<std::string>& values, List* list) {
  list->Clear();
  for (const std::string& value : values) *list->Add() = value;
}

// "ecei:silver" with what is below it.
std::set<std::string> LevelsUpTo(uint64_t level) {
  std::set<std::string> levels;
  for (const char* name : {"ecei:bronze", "ecei:silver", "ecei:gold"}) {
    levels.insert(name);
    if (level-- == 0) break;
  }
  return levels;
}

// Of the real ones 6 in 10 are bronze, 1 silver, 3 gold.
uint64_t LevelOf(Dice& dice) { return dice.Percent(58) ? 0 : dice.Percent(35) ? 1 : 2; }

std::string ClusterOf(uint64_t i) { return absl::StrCat("clusters/c", i); }

}  // namespace

void World::FillPlace(Dice& dice, Facts* facts) const {
  std::set<std::string> codes;
  const std::string region = Region(dice, static_cast<int>(dice.Below(4)));
  for (size_t size = 2; size <= region.size(); ++size) {
    codes.insert("nuts:" + region.substr(0, size));
  }
  codes.insert("iso:" + (region.starts_with("EL") ? "GR" : region.substr(0, 2)));
  for (uint64_t i = 1 + (dice.Percent(15) ? 1 + dice.Below(2) : 0); i > 0; --i) {
    codes.insert(dice.Pick(sectors_));
  }
  codes.insert(dice.Pick(ecosystems_));
  Set(codes, facts->mutable_codes());
  for (const std::string& code : codes) {
    auto& title = *facts->add_titles();
    title.set_value(code);
    const auto known = region_titles_.find(code.substr(code.find(':') + 1));
    title.set_title(known == region_titles_.end() ? code : known->second);
  }
  if (dice.Percent(80)) {
    *facts->mutable_point() = Place(dice);
    if (dice.Percent(25)) facts->mutable_point()->set_precision(type::v1::POINT_PRECISION_REGION);
  }
}

void World::FillStanding(Dice& dice, Facts* facts) const {
  std::set<std::string> programmes;
  if (dice.Percent(50)) programmes.insert(dice.Pick(programmes_));
  if (dice.Percent(10)) programmes.insert(dice.Pick(programmes_));
  Set(programmes, facts->mutable_programmes());
  if (dice.Percent(41)) {
    const uint64_t level = LevelOf(dice);
    Set(LevelsUpTo(level), facts->mutable_labels_held());
    if (dice.Percent(60)) Set(LevelsUpTo(level), facts->mutable_label_levels());
  }
}

void World::FillOfType(Dice& dice, int64_t i, Facts* facts) const {
  const uint64_t number = static_cast<uint64_t>(i);
  const uint64_t type = dice.Below(100);
  const std::string cluster = ClusterOf(number == 0 ? 0 : dice.Below(number));
  facts->set_state("published");
  if (type < 45) {
    facts->set_type("cluster");
    facts->set_name(ClusterOf(number));
    facts->add_clusters(facts->name());
    if (dice.Percent(60)) facts->set_size(static_cast<int64_t>(std::exp(4 + dice.Bell())));
    return;
  }
  const auto period = [&] {
    const std::string from = DateOf(dice);
    facts->mutable_period()->set_start(from);
    facts->mutable_period()->set_end(
        absl::StrCat(std::stoi(from.substr(0, 4)) + static_cast<int>(dice.Below(4)), "-12-31"));
  };
  if (type < 67) {
    static const auto& levels = *new std::vector<std::string>{"bronze", "silver", "gold"};
    facts->set_type("label");
    facts->set_name(absl::StrCat(cluster, "/labels/l", i));
    facts->set_kind(levels[LevelOf(dice)]);
    facts->set_kind_code("ecei:" + facts->kind());
    facts->set_state(dice.Percent(50) ? "valid" : "lapsed");
    facts->add_clusters(cluster);
    facts->set_deadline(DateOf(dice));
    period();
  } else if (type < 90) {
    facts->set_type("membership");
    facts->set_name(absl::StrCat(dice.Pick(programmes_), "/memberships/m", i));
    facts->set_state(dice.Percent(80) ? "active" : "ended");
    facts->add_clusters(cluster);
    if (dice.Percent(50)) period();
  } else {
    facts->set_type("event");
    facts->set_name(absl::StrCat("events/e", i));
    facts->set_kind(dice.Pick(event_kinds_));
    facts->add_languages("en");
    const std::string day = DateOf(dice);
    facts->mutable_period()->set_start(day);
    facts->mutable_period()->set_end(day);
    if (dice.Percent(30)) facts->set_deadline(day);
    if (dice.Percent(50)) facts->set_size(static_cast<int64_t>(10 + dice.Below(500)));
  }
}

Facts World::Document(int64_t i) const {
  Dice dice({seed_, 'd', static_cast<uint64_t>(i)});
  Facts facts;
  FillOfType(dice, i, &facts);
  FillPlace(dice, &facts);
  FillStanding(dice, &facts);
  facts.set_title(Words(dice, 2 + static_cast<int>(dice.Below(4))));
  facts.set_summary(
      absl::StrCat("Cluster organisation in ", Words(dice, 5 + static_cast<int>(dice.Below(10)))));
  if (dice.Percent(12)) facts.add_names(Words(dice, 2));
  facts.set_text(Words(dice, static_cast<int>(dice.Below(5))));
  facts.set_link(absl::StrCat("https://c", i, ".example/"));
  if (dice.Percent(10)) facts.add_external_ids(absl::StrCat("eccp:", i));
  if (dice.Percent(2)) {
    facts.set_state("draft");
    facts.mutable_audience()->add_members(facts.name());
  }
  return facts;
}

Facts World::Changed(const Facts& facts, int64_t version) const {
  Dice dice({seed_, 'v', static_cast<uint64_t>(version)});
  Facts changed = facts;
  switch (dice.Below(6)) {
    case 0:
      FillStanding(dice, &changed);
      break;
    case 1:
      changed.clear_point();
      changed.clear_titles();
      FillPlace(dice, &changed);
      break;
    case 2:
      changed.set_title(Words(dice, 3));
      break;
    default:
      changed.set_size(static_cast<int64_t>(std::exp(4 + dice.Bell())));
      changed.set_summary(absl::StrCat("Cluster organisation in ", Words(dice, 8)));
  }
  return changed;
}

Change World::ChangeOf(int64_t n, int64_t documents) const {
  Dice dice({seed_, 'c', static_cast<uint64_t>(n)});
  Facts before = Document(static_cast<int64_t>(dice.Below(static_cast<uint64_t>(documents))));
  if (dice.Percent(10)) return {.before = std::nullopt, .after = before};
  if (dice.Percent(3)) return {.before = before, .after = std::nullopt};
  Facts after = Changed(before, n);
  return {.before = std::move(before), .after = std::move(after)};
}

}  // namespace clusterwire::benchmark
