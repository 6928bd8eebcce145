#pragma once

#include "services/catalogue/common/fields/moves.h"

namespace clusterwire::catalogue {

// What can happen to a registration: the comment of RegistrationService repeats it. The organiser
// is its office, the registrant's side its cluster.
const MoveTable& RegistrationMoves();

}  // namespace clusterwire::catalogue
