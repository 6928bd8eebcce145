#pragma once

#include "clusterwire/catalogue/v1/admission.pb.h"

#include "services/catalogue/common/fields/moves.h"

namespace clusterwire::catalogue {

// Every move of an admission; the comment of AdmissionService repeats it.
const MoveTable& AdmissionMoves();

// Whether nothing can happen to it any more.
bool IsOver(v1::Admission::State state);

}  // namespace clusterwire::catalogue
