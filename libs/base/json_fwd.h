#pragma once

// The names of JSON alone, for headers: the whole of it takes some seconds to compile in each file.
#include <nlohmann/json_fwd.hpp>  // IWYU pragma: export
