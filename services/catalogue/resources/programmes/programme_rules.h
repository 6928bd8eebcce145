#pragma once

#include "clusterwire/catalogue/v1/programme.pb.h"

#include "services/catalogue/common/fields/publish.h"

namespace clusterwire::catalogue {

// What makes a programme's description right.
Rules<v1::Programme> ProgrammeRules();

class Programmes : public Drafts<v1::Programme> {
 public:
  explicit Programmes(store::Store& store) : Drafts(store, ProgrammeRules()) {}
};

}  // namespace clusterwire::catalogue
