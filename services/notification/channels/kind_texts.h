#pragma once

#include <string>
#include <string_view>

// What each kind of change says to a person, in English: a clause that follows the title of what
// changed, "ECEI Silver for Hamburg Aviation – the label ends in 30 days, on 31 March 2027".
namespace clusterwire::notification {

// "the label was awarded" of "label.awarded". Of a reminder, `day` is the day that it tells of, and
// `days_left` how far away it was; empty: it says "soon". A kind without words of its own is told
// by its name, "label awarded": a test allows that for facts.refreshed alone.
std::string KindClause(std::string_view kind, std::string_view day = "", int days_left = 0);

}  // namespace clusterwire::notification
