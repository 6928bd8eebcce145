#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/filter/terms/terms.h"
#include "libs/text/language.h"

// How well something fits as a partner, by its Facts alone: each reason with what it counts.
namespace clusterwire::filter {

enum class Ground { kSectors, kRegions, kLanguages, kLabels, kProgrammes };

// What is sought of a partner. What is empty is not asked for and counts nothing; what is asked for
// shares 100 points.
struct Sought {
  std::vector<std::string> sectors;     // list:code; one below it counts too
  std::vector<std::string> regions;     // one of these, or below it
  std::vector<std::string> not_in;      // none of these: partners from elsewhere
  std::vector<std::string> languages;   // one of these
  std::vector<std::string> programmes;  // one of these
  std::string label_level;              // at least this one, valid now
  bool any_label = false;               // where no level is said: any that is valid now
};

// What a profile seeks by being what it is: the same fields, another country, a common language and
// programme, a label.
Sought SoughtBy(const Facts& profile);

struct RankReason {
  Ground ground;
  int points = 0;  // 1 to `most`
  int most = 0;
  std::vector<std::string> values;  // what fits, as in Facts
  int of = 0;                       // of so many that are sought
};

struct Ranked {
  int score = 0;                    // the sum of the points, 0 to 100
  std::vector<RankReason> reasons;  // what counts most first
};

// Pure: the same for the same arguments.
Ranked Rank(const Sought& sought, const Facts& candidate);

// "works in 2 of 3 fields, ICT (esca:ict) and Health (esca:health): 27 of 40 points". Titles are as
// the candidate's Facts have them.
std::string Tell(const RankReason& reason, const Facts& candidate, text::Language language);

}  // namespace clusterwire::filter
