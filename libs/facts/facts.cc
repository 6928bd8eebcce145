#include "libs/facts/facts.h"

#include "libs/base/status/error.h"

namespace clusterwire::facts {

absl::StatusOr<std::optional<Facts>> Parse(const std::optional<std::string>& stored) {
  if (!stored.has_value()) return std::nullopt;
  Facts facts;
  if (!facts.ParseFromString(*stored)) return absl::DataLossError("stored Facts can't be read");
  return facts;
}

absl::StatusOr<std::optional<Facts>> Get(const store::Reader& reader, std::string_view name) {
  ASSIGN_OR_RETURN(const std::optional<std::string> stored, reader.GetFacts(name));
  return Parse(stored);
}

}  // namespace clusterwire::facts
