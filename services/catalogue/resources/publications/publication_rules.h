#pragma once

#include "clusterwire/catalogue/v1/publication.pb.h"

#include "services/catalogue/common/fields/publish.h"

namespace clusterwire::catalogue {

Rules<v1::Publication> PublicationRules();

class Publications : public Drafts<v1::Publication> {
 public:
  explicit Publications(store::Store& store) : Drafts(store, PublicationRules()) {}
};

}  // namespace clusterwire::catalogue
