#pragma once

#include <string>
#include <vector>

#include "services/notification/delivery/job.h"

namespace clusterwire::notification {

// A change as a person is told of it, in English. *Left* is told from the image before alone, which
// is the last that the subscription could see.
struct Notice {
  std::string title;  // one line
  std::string text;   // a few lines
  std::string link;
  std::vector<std::string> reasons;  // a line for each condition of the filter
};

// Pure. `job.interest` is there: a gate has asked.
Notice NoticeOf(const Job& job);

}  // namespace clusterwire::notification
