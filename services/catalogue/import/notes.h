#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace clusterwire::catalogue::registers {

// Why a line was refused, one note a field. The rules speak of the fields of resources
// ("cluster.seat.city"), the notes of those of the register ("city").
std::vector<std::string> NotesOf(const absl::Status& status);

}  // namespace clusterwire::catalogue::registers
