#include "libs/filter/ranking.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"
#include "libs/filter/predicate.h"
#include "libs/text/text.h"

namespace clusterwire::filter {
namespace {

using RankTexts = std::vector<std::string>;

// What each ground weighs beside the others.
constexpr int kSectorWeight = 40;
constexpr int kRegionWeight = 25;
constexpr int kLanguageWeight = 15;
constexpr int kLabelWeight = 10;
constexpr int kProgrammeWeight = 10;
constexpr int kAllPoints = 100;

template <typename Values>
bool Has(const Values& values, std::string_view value) {
  return std::ranges::find(values, value) != values.end();
}

template <typename Values>
RankTexts Common(const RankTexts& sought, const Values& had) {
  RankTexts common;
  for (const std::string& value : sought) {
    if (Has(had, value)) common.push_back(value);
  }
  return common;
}

RankTexts TextsOf(const std::vector<std::string_view>& views) {
  return {views.begin(), views.end()};
}

// One ground that is asked for: what of it the candidate has, of how many, and which share of the
// ground's points that gives.
struct Match {
  Ground ground;
  int weight;
  RankTexts values;
  int of;
  int share_of_weight;  // in points of `weight`
};

void AddMatch(Ground ground, int weight, RankTexts values, size_t of, bool all_count,
              std::vector<Match>* matches) {
  const int found = static_cast<int>(values.size());
  const int most = std::max(static_cast<int>(of), 1);
  const int share = all_count ? weight * found / most : (found > 0 ? weight : 0);
  matches->push_back({ground, weight, std::move(values), most, share});
}

// A place that is sought, or one elsewhere than where it is not.
RankTexts RegionsOf(const Sought& sought, const Facts& candidate) {
  if (!sought.regions.empty()) return Common(sought.regions, candidate.codes());
  if (!Common(sought.not_in, candidate.codes()).empty()) return {};
  RankTexts countries;
  for (const std::string& code : candidate.codes()) {
    if (code.starts_with("iso:")) countries.push_back(code);
  }
  return countries;
}

RankTexts LabelsOf(const Sought& sought, const Facts& candidate) {
  if (!sought.label_level.empty()) return Common({sought.label_level}, candidate.label_levels());
  return {candidate.label_levels().begin(), candidate.label_levels().end()};
}

std::vector<Match> MatchesOf(const Sought& sought, const Facts& candidate) {
  std::vector<Match> matches;
  if (!sought.sectors.empty()) {
    AddMatch(Ground::kSectors, kSectorWeight, Common(sought.sectors, candidate.codes()),
             sought.sectors.size(), /*all_count=*/true, &matches);
  }
  if (!sought.regions.empty() || !sought.not_in.empty()) {
    AddMatch(Ground::kRegions, kRegionWeight, RegionsOf(sought, candidate), 1, false, &matches);
  }
  if (!sought.languages.empty()) {
    AddMatch(Ground::kLanguages, kLanguageWeight, Common(sought.languages, candidate.languages()),
             1, false, &matches);
  }
  if (!sought.label_level.empty() || sought.any_label) {
    AddMatch(Ground::kLabels, kLabelWeight, LabelsOf(sought, candidate), 1, false, &matches);
  }
  if (!sought.programmes.empty()) {
    AddMatch(Ground::kProgrammes, kProgrammeWeight,
             Common(sought.programmes, candidate.programmes()), 1, false, &matches);
  }
  return matches;
}

std::string Told(const RankTexts& values, const Facts& candidate, text::Language language) {
  constexpr size_t kShown = 4;
  RankTexts titled;
  for (const std::string& value : values) {
    if (titled.size() == kShown) break;
    titled.push_back(TitleWithValue(value, candidate));
  }
  const std::string list = text::ListIn(language, titled);
  return values.size() > kShown ? list + " …" : list;
}

}  // namespace

Sought SoughtBy(const Facts& profile) {
  Sought sought;
  sought.sectors = TextsOf(FacetValues("sectors", profile));
  for (const std::string_view code : FacetValues("regions", profile)) {
    if (code.starts_with("iso:")) sought.not_in.emplace_back(code);
  }
  sought.languages = {profile.languages().begin(), profile.languages().end()};
  sought.programmes = {profile.programmes().begin(), profile.programmes().end()};
  sought.any_label = true;
  return sought;
}

Ranked Rank(const Sought& sought, const Facts& candidate) {
  const std::vector<Match> matches = MatchesOf(sought, candidate);
  int asked = 0;
  for (const Match& match : matches) asked += match.weight;
  Ranked ranked;
  int given = 0;
  for (size_t i = 0; i < matches.size(); ++i) {
    const Match& match = matches[i];
    // The last has what the others leave, so that all together have all points.
    const bool last = i + 1 == matches.size();
    const int most = last ? kAllPoints - given : kAllPoints * match.weight / asked;
    given += most;
    const int points = most * match.share_of_weight / match.weight;
    if (points == 0) continue;
    ranked.score += points;
    ranked.reasons.push_back({match.ground, points, most, match.values, match.of});
  }
  std::ranges::stable_sort(ranked.reasons, std::greater<>(), &RankReason::points);
  return ranked;
}

std::string Tell(const RankReason& reason, const Facts& candidate, text::Language language) {
  const bool german = language == text::Language::kGerman;
  const std::string values = Told(reason.values, candidate, language);
  std::string said;
  switch (reason.ground) {
    case Ground::kSectors:
      said = absl::StrCat(german ? "arbeitet in " : "works in ", reason.values.size(),
                          german ? " von " : " of ", reason.of,
                          german ? " gesuchten Feldern, " : " fields that are sought, ", values);
      break;
    case Ground::kRegions:
      said = absl::StrCat(german ? "ist in " : "is in ", values);
      break;
    case Ground::kLanguages: {
      RankTexts names;
      for (const std::string& tag : reason.values) {
        names.push_back(std::string(text::LanguageName(tag, language)));
      }
      said = absl::StrCat(german ? "spricht " : "speaks ", text::ListIn(language, names));
      break;
    }
    case Ground::kLabels:
      said = absl::StrCat(german ? "hat das Label " : "has the label ", values);
      break;
    case Ground::kProgrammes:
      said = absl::StrCat(german ? "gehört zu " : "belongs to ", values);
      break;
  }
  return absl::StrCat(said, ": ", reason.points, german ? " von " : " of ", reason.most,
                      german ? " Punkten" : " points");
}

}  // namespace clusterwire::filter
