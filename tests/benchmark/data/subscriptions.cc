// What subscribers ask.
#include <cmath>

#include "absl/strings/str_cat.h"

#include "tests/benchmark/data/world.h"

namespace clusterwire::benchmark {
namespace {

const std::string& LevelAsked(Dice& dice) {
  static const auto& levels =
      *new std::vector<std::string>{"ecei:bronze", "ecei:silver", "ecei:gold"};
  return dice.Pick(levels);
}

}  // namespace

// Some are watched by many.
void World::AddNames(Dice& dice, int count, int64_t documents, Filter* filter) const {
  for (int i = 0; i < count; ++i) {
    const auto size = static_cast<uint64_t>(documents);
    const uint64_t number = dice.Percent(50) ? dice.Below(size) : dice.Zipf(size);
    filter->add_names(absl::StrCat("clusters/c", number));
  }
}

void World::SetCircle(Dice& dice, double most_meters, Filter* filter) const {
  const type::v1::Point place = Place(dice);
  auto& circle = *filter->mutable_within();
  circle.set_latitude(place.latitude());
  circle.set_longitude(place.longitude());
  circle.set_radius_meters(10'000 + dice.Fraction() * (most_meters - 10'000));
}

Filter World::MixedFilter(Dice& dice, int64_t documents) const {
  Filter filter;
  const uint64_t kind = dice.Below(100);
  if (kind < 30) {
    filter.add_sectors(dice.Pick(sectors_));
    filter.add_regions("nuts:" + Region(dice, static_cast<int>(1 + dice.Below(3))));
  } else if (kind < 45) {
    filter.add_sectors(dice.Pick(sectors_));
    filter.add_label_levels(LevelAsked(dice));
    filter.add_regions("nuts:" + Region(dice, static_cast<int>(1 + dice.Below(2))));
  } else if (kind < 60) {
    AddNames(dice, 1 + static_cast<int>(dice.Below(5)), documents, &filter);
  } else if (kind < 75) {
    SetCircle(dice, 100'000, &filter);
    filter.add_sectors(dice.Pick(sectors_));
  } else if (kind < 83) {
    filter.set_words(absl::StrCat(RareWord(1 + dice.Zipf(20'000)), " ",
                                  dice.Percent(50) ? dice.Pick(plain_words_) : ""));
  } else if (kind < 91) {
    filter.add_types("event");
    filter.add_kinds(dice.Pick(event_kinds_));
    filter.add_regions("nuts:" + Region(dice, static_cast<int>(1 + dice.Below(2))));
    if (dice.Percent(50)) filter.mutable_period()->set_start("2026-01-01");
  } else if (kind < 96) {
    filter.add_programmes(dice.Pick(programmes_));
    filter.add_sectors(dice.Pick(sectors_));
    filter.mutable_size()->set_min(static_cast<int64_t>(20 + dice.Below(200)));
  } else {
    filter.add_sectors(dice.Pick(sectors_));
    filter.add_regions("nuts:" + Region(dice, 2));
    filter.add_none_of()->add_types("membership");
  }
  return filter;
}

Filter World::Subscription(Mix mix, int64_t i, int64_t documents) const {
  Dice dice({seed_, 's', static_cast<uint64_t>(mix), static_cast<uint64_t>(i)});
  Filter filter;
  switch (mix) {
    case Mix::kMixed:
      return MixedFilter(dice, documents);
    case Mix::kNarrow:
      AddNames(dice, 1 + static_cast<int>(dice.Below(5)), documents, &filter);
      break;
    case Mix::kCircles:
      SetCircle(dice, 150'000, &filter);
      break;
    case Mix::kExact:
      filter.add_sectors(dice.Pick(sectors_));
      filter.add_regions("nuts:" + Region(dice, static_cast<int>(dice.Below(3))));
      if (dice.Percent(50)) filter.add_types(dice.Percent(50) ? "cluster" : "label");
      if (dice.Percent(20)) filter.add_label_levels(LevelAsked(dice));
  }
  return filter;
}

}  // namespace clusterwire::benchmark
