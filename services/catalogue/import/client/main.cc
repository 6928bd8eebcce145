#include <unistd.h>

#include <iostream>
#include <span>

#include "services/catalogue/import/client/run.h"

int main(int argc, char** argv) {
  const std::span<const char* const> arguments(argv + 1, static_cast<size_t>(argc - 1));
  return clusterwire::catalogue::import_client::Run(arguments, std::cout, std::cerr,
                                                    isatty(STDERR_FILENO) == 1);
}
