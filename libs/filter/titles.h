#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "clusterwire/type/v1/facts.pb.h"

namespace clusterwire::filter {

// What the Facts call one of their values; empty where they don't say. Lives as long as the Facts.
inline const std::string& TitleOf(std::string_view value, const type::v1::Facts& facts) {
  const auto title = std::ranges::find(facts.titles(), value, &type::v1::Title::value);
  return title == facts.titles().end() ? type::v1::Title::default_instance().title()
                                       : title->title();
}

}  // namespace clusterwire::filter
