#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "clusterwire/type/v1/facts.pb.h"

#include "libs/store/reader.h"

namespace clusterwire::facts {

using Facts = type::v1::Facts;

// The Facts in what the store keeps; DATA_LOSS when it holds anything else.
absl::StatusOr<std::optional<Facts>> Parse(const std::optional<std::string>& stored);

// The Facts of the resource `name`, as Reader::GetFacts.
absl::StatusOr<std::optional<Facts>> Get(const store::Reader& reader, std::string_view name);

}  // namespace clusterwire::facts
