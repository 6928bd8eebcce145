#pragma once

// JSON, as nlohmann::json and nlohmann::ordered_json. Others include it from here, so that one
// place knows where it comes from.
#include <nlohmann/json.hpp>  // IWYU pragma: export
