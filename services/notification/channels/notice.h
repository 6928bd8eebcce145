#pragma once

#include <string>
#include <vector>

#include "services/notification/channels/channels.h"

namespace clusterwire::notification {

// A change as a person is told of it, in English. *Left* is told from the image before alone, which
// is the last that the subscription could see.
struct Notice {
  std::string title;  // one line
  std::string group;  // the heading under which a digest tells it: what kind of thing changed
  std::string text;   // a few lines; what editors wrote never begins one of its own
  std::string link;
  std::vector<std::string> reasons;  // a line for each condition: "It is in Saxony (nuts:DED)."
};

// Pure. `job.interest` is there: a gate has asked.
Notice NoticeOf(const Job& job);

inline constexpr size_t kMaxDifferences = 12;  // told in one notice

// What changed from one image to the next, a line each, for people: "State: valid → lapsed",
// "Label levels: + ECEI Silver (ecei:silver)". At most kMaxDifferences; what is only for searching
// isn't told.
std::vector<std::string> DifferencesOf(const type::v1::Facts& before, const type::v1::Facts& after);

}  // namespace clusterwire::notification
