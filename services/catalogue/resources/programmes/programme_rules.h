#pragma once

#include "clusterwire/catalogue/v1/programme.pb.h"

#include "services/catalogue/common/resource.h"

namespace clusterwire::catalogue {

// What makes a programme's description right.
Rules<v1::Programme> ProgrammeRules();

// The moves of a programme beyond the standard methods.
class Programmes : public Resources<v1::Programme> {
 public:
  explicit Programmes(store::Store& store) : Resources(store, ProgrammeRules()) {}

  // Draft → published.
  absl::StatusOr<v1::Programme> Publish(const WriteCall& call, const std::string& name,
                                        const std::string& etag);
};

}  // namespace clusterwire::catalogue
