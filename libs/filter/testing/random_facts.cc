#include "libs/filter/testing/random_facts.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace clusterwire::filter {
namespace {

using type::v1::Facts;
using type::v1::Filter;
using List = google::protobuf::RepeatedPtrField<std::string>;
using Choices = std::vector<std::string>;

const Choices& Types() {
  static const auto& choices = *new Choices{"cluster", "label", "event", "programme"};
  return choices;
}
const Choices& Sectors() {
  static const auto& choices =
      *new Choices{"esca:ict", "esca:health", "eu-ecosystem:health", "named:photonics"};
  return choices;
}
const Choices& Programmes() {
  static const auto& choices = *new Choices{"programmes/go-cluster", "programmes/eccp"};
  return choices;
}
const Choices& Levels() {
  static const auto& choices = *new Choices{"ecei:bronze", "ecei:silver", "ecei:gold"};
  return choices;
}
const Choices& Kinds() {
  static const auto& choices = *new Choices{"conference", "silver", "network"};
  return choices;
}
const Choices& States() {
  static const auto& choices = *new Choices{"draft", "published", "valid", "lapsed"};
  return choices;
}
const Choices& Languages() {
  static const auto& choices = *new Choices{"de", "en", "pt-BR"};
  return choices;
}
const Choices& Ids() {
  static const auto& choices = *new Choices{"eccp:1", "eccp:2", "wikidata:Q1"};
  return choices;
}
const Choices& Words() {
  static const auto& choices = *new Choices{
      "Photonik", "photonique", "Öresund", "Straße", "health",  "healthcare", "NRW",  "ict",
      "München",  "muenchen",   "Munchen", "Ørsted", "oersted", "Åre",        "aare", "are"};
  return choices;
}

bool Once(Random& random, uint64_t in) { return random.Below(in) == 0; }

const std::string& Pick(Random& random, const Choices& choices) {
  return choices[random.Below(choices.size())];
}

void Some(Random& random, const Choices& choices, List* values) {
  for (uint64_t i = random.Below(3); i > 0; --i) *values->Add() = Pick(random, choices);
}

std::string RandomCluster(Random& random) { return absl::StrCat("clusters/c", random.Below(12)); }

std::string RandomDate(Random& random) {
  const uint64_t year = 2022 + random.Below(4);
  const uint64_t month = 1 + random.Below(12);
  switch (random.Below(4)) {
    case 0:
      return absl::StrCat(year);
    case 1:
      return absl::StrCat(year, "-Q", 1 + random.Below(4));
    case 2:
      return absl::StrFormat("%d-%02d", year, month);
    default:
      return absl::StrFormat("%d-%02d-%02d", year, month, 1 + random.Below(28));
  }
}

// In order, at times open on one side.
void FillPeriod(Random& random, type::v1::Period* period) {
  period->Clear();
  const uint64_t year = 2022 + random.Below(3);
  const bool open_start = Once(random, 4);
  if (!open_start) period->set_start(absl::StrCat(year));
  if (open_start || !Once(random, 4)) {
    period->set_end(absl::StrFormat("%d-%02d", year + random.Below(2), 1 + random.Below(12)));
  }
}

struct Place {
  double latitude, longitude;
};
constexpr std::array<Place, 4> kCities = {
    {{52.52, 13.40}, {48.14, 11.58}, {-17.8, 179.9}, {89.9, 20.0}}};

Place RandomPlace(Random& random) {
  const Place city = kCities[random.Below(kCities.size())];
  return {std::min(90.0, city.latitude + (random.Fraction() - 0.5) * 4),
          std::min(180.0, city.longitude + (random.Fraction() - 0.5) * 4)};
}

void FillCodes(Random& random, List* codes) {
  Some(random, Sectors(), codes);
  if (Once(random, 2)) {
    for (const char* code : {"iso:DE", "nuts:DE", "nuts:DEA", "nuts:DEA1"}) {
      *codes->Add() = code;
      if (Once(random, 4)) break;
    }
  }
}

std::string RandomText(Random& random) {
  Choices words;
  for (uint64_t i = random.Below(4); i > 0; --i) words.push_back(Pick(random, Words()));
  return absl::StrJoin(words, Once(random, 2) ? " " : "-");
}

// Sets one exact field.
void SetExactField(Random& random, Filter* filter) {
  switch (random.Below(11)) {
    case 0:
      return Some(random, Types(), filter->mutable_types());
    case 1:
      return filter->add_names(Once(random, 3) ? Pick(random, Programmes())
                                               : RandomCluster(random));
    case 2:
      return Some(random, Sectors(), filter->mutable_sectors());
    case 3:
      return Some(random, {"nuts:DEA", "iso:DE", "iso:FR"}, filter->mutable_regions());
    case 4:
      return Some(random, Programmes(), filter->mutable_programmes());
    case 5:
      return Some(random, Levels(), filter->mutable_label_levels());
    case 6:
      return Some(random, Levels(), filter->mutable_labels_held());
    case 7:
      return Some(random, Kinds(), filter->mutable_kinds());
    case 8:
      return Some(random, States(), filter->mutable_states());
    case 9:
      return Some(random, Languages(), filter->mutable_languages());
    default:
      return Some(random, Ids(), filter->mutable_external_ids());
  }
}

void SetOtherField(Random& random, bool prefixes, Filter* filter) {
  switch (random.Below(5)) {
    case 0: {
      const Place place = RandomPlace(random);
      filter->mutable_within()->set_latitude(place.latitude);
      filter->mutable_within()->set_longitude(place.longitude);
      filter->mutable_within()->set_radius_meters(1 + random.Fraction() * 999'999);
      return;
    }
    case 1:
      return FillPeriod(random, filter->mutable_period());
    case 2:
      return FillPeriod(random, filter->mutable_deadline());
    case 3:
      if (!Once(random, 3)) filter->mutable_size()->set_min(static_cast<int64_t>(random.Below(50)));
      if (!filter->size().has_min() || Once(random, 2)) {
        filter->mutable_size()->set_max(static_cast<int64_t>(50 + random.Below(50)));
      }
      return;
    default:
      filter->set_words(Pick(random, Words()));
      if (prefixes && Once(random, 2)) {
        filter->set_words(absl::StrCat(Pick(random, {"Ph", "phot", "ö", "heal", "n", "ic"}), "*"));
      }
  }
}

void SetFields(Random& random, bool prefixes, Filter* filter) {
  for (uint64_t i = random.Below(3); i > 0; --i) SetExactField(random, filter);
  for (uint64_t i = random.Below(3); i > 0; --i) SetOtherField(random, prefixes, filter);
}

Filter AnyFilter(Random& random, bool prefixes) {
  Filter filter;
  SetFields(random, prefixes, &filter);
  for (uint64_t i = Once(random, 4) ? 1 + random.Below(2) : 0; i > 0; --i) {
    Filter excluded;
    SetFields(random, prefixes, &excluded);
    if (excluded.ByteSizeLong() > 0) *filter.add_none_of() = excluded;
  }
  return filter;
}

}  // namespace

Facts RandomFacts(Random& random) {
  Facts facts;
  facts.set_type(Pick(random, Types()));
  const std::string cluster = RandomCluster(random);
  facts.set_name(Once(random, 2) ? cluster : absl::StrCat(cluster, "/labels/l", random.Below(5)));
  facts.set_title(RandomText(random));
  facts.set_summary(RandomText(random));
  FillCodes(random, facts.mutable_codes());
  if (!Once(random, 3)) {
    const Place place = RandomPlace(random);
    facts.mutable_point()->set_latitude(place.latitude);
    facts.mutable_point()->set_longitude(place.longitude);
    facts.mutable_point()->set_precision(
        static_cast<type::v1::PointPrecision>(1 + random.Below(3)));
  }
  Some(random, Programmes(), facts.mutable_programmes());
  Some(random, Levels(), facts.mutable_label_levels());
  Some(random, Levels(), facts.mutable_labels_held());
  if (Once(random, 2)) facts.set_kind(Pick(random, Kinds()));
  facts.set_state(Pick(random, States()));
  if (Once(random, 2)) FillPeriod(random, facts.mutable_period());
  if (Once(random, 2)) facts.set_deadline(RandomDate(random));
  if (Once(random, 2)) facts.set_size(static_cast<int64_t>(random.Below(100)));
  Some(random, Languages(), facts.mutable_languages());
  if (Once(random, 2)) facts.add_clusters(RandomCluster(random));
  if (Once(random, 4)) facts.set_parent(RandomCluster(random));
  Some(random, Ids(), facts.mutable_external_ids());
  if (Once(random, 3)) facts.add_names(RandomText(random));
  facts.set_text(RandomText(random));
  if (Once(random, 3)) Some(random, Programmes(), facts.mutable_audience()->mutable_members());
  return facts;
}

Facts RandomlyChanged(Facts facts, Random& random) {
  const Facts other = RandomFacts(random);
  switch (random.Below(6)) {
    case 0:
      *facts.mutable_codes() = other.codes();
      break;
    case 1:
      facts.set_state(other.state());
      break;
    case 2:
      facts.clear_point();
      if (other.has_point()) *facts.mutable_point() = other.point();
      break;
    case 3:
      facts.clear_audience();
      if (other.has_audience()) *facts.mutable_audience() = other.audience();
      break;
    case 4:
      facts.set_title(other.title());
      *facts.mutable_label_levels() = other.label_levels();
      break;
    default:
      break;
  }
  return facts;
}

Filter RandomFilter(Random& random) { return AnyFilter(random, /*prefixes=*/true); }

Filter RandomExactFilter(Random& random) {
  Filter filter;
  for (uint64_t i = random.Below(4); i > 0; --i) SetExactField(random, &filter);
  if (Once(random, 3)) filter.set_words(Pick(random, Words()));
  return filter;
}

Filter RandomSubscriptionFilter(Random& random) { return AnyFilter(random, /*prefixes=*/false); }

Viewer RandomViewer(Random& random) {
  switch (random.Below(4)) {
    case 0:
      return Viewer::Public();
    case 1:
      return Viewer::Operator();
    case 2:
      return Viewer::As(Pick(random, Programmes()));
    default: {
      std::set<std::string> members;
      for (uint64_t i = random.Below(3) + 1; i > 0; --i) members.insert(Pick(random, Programmes()));
      return {.members = {members.begin(), members.end()}};
    }
  }
}

}  // namespace clusterwire::filter
