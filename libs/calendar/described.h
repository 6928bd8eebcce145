#pragma once

#include <string_view>
#include <variant>

#include "absl/time/time.h"

#include "clusterwire/type/v1/facts.pb.h"

#include "libs/calendar/calendar.h"
#include "libs/text/language.h"

// From what the Facts of an event say to an entry of a calendar. Pure functions.
namespace clusterwire::calendar {

// When it is; nothing where the day isn't known, or a zone isn't known here.
std::variant<std::monostate, Days, Times> WhenOf(const type::v1::Calendar& facts);

// All that an entry says of it but when it is, who is asked, and its method's own. `summary` is in
// that language.
Entry DescribedBy(const type::v1::Facts& event, std::string_view summary, absl::Time stamp,
                  text::Language language);

}  // namespace clusterwire::calendar
