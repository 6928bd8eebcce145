#pragma once

#include <ostream>
#include <span>

namespace clusterwire::catalogue::import_client {

// The program, with its exit code: 0 all taken, 1 a line was refused, 2 it could not be done.
// `terminal` says whether `err`, which shows the progress, is one.
int Run(std::span<const char* const> arguments, std::ostream& out, std::ostream& err,
        bool terminal);

}  // namespace clusterwire::catalogue::import_client
