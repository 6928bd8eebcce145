#pragma once

#include <string>
#include <string_view>

#include "libs/text/language.h"

// What each kind of change says to a person: a clause that follows the title of what changed, "ECEI
// Silver for Hamburg Aviation – the label ends in 30 days, on 31 March 2027". The clauses stand
// with the kinds, in clusterwire/change/v1/change_kind.proto.
namespace clusterwire::notification {

// "the label was awarded" of "label.awarded". Of a reminder, `day` is the day that it tells of, and
// `days_left` how far away it was; empty: it says "soon". A kind that this release doesn't know is
// told by its name.
std::string KindText(std::string_view kind, text::Language language, std::string_view day = "",
                     int days_left = 0);

}  // namespace clusterwire::notification
