#pragma once

#include "clusterwire/catalogue/v1/organisation.pb.h"

#include "services/catalogue/common/fields/publish.h"

namespace clusterwire::catalogue {

Rules<v1::Organisation> OrganisationRules();

class Organisations : public Drafts<v1::Organisation> {
 public:
  explicit Organisations(store::Store& store) : Drafts(store, OrganisationRules()) {}
};

}  // namespace clusterwire::catalogue
