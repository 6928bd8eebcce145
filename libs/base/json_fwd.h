#pragma once

// The names of json.h, for headers.
#include <nlohmann/json_fwd.hpp>  // IWYU pragma: export
