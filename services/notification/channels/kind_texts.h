#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"

// What each kind of change says to a person, in English: a clause that follows the title of what
// changed, "ECEI Silver for Hamburg Aviation – the label ends in 30 days, on 31 March 2027".
namespace clusterwire::notification {

// "the label was awarded" of "label.awarded". `deadline` is that of the Facts that are told, a date
// of any precision; how far it is away is counted from `when`, the moment of the change, in UTC. A
// kind without words of its own is told by its name, "label awarded": a test allows that for
// facts.refreshed alone.
std::string KindClause(std::string_view kind, std::string_view deadline, absl::Time when);

}  // namespace clusterwire::notification
