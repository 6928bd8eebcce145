#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "clusterwire/catalogue/v1/programme.pb.h"
#include "clusterwire/type/v1/filter.pb.h"

#include "services/catalogue/common/resource.h"

// What a programme's criteria may say.
namespace clusterwire::catalogue {

// All criteria, with paths under "programme.criteria".
void CheckCriteria(const v1::Programme& programme, const Context& context, FieldErrors& errors);

// A filter over the Facts of clusters, at `path`: what it asks must be something that a cluster can
// have, its codes on their lists, its programmes there for the viewer, and nothing that it names a
// draft where everybody reads the filter.
void CheckClusterFilter(const std::string& path, const type::v1::Filter& filter, bool is_public,
                        const Context& context, FieldErrors& errors);

// The codes, schemes and levels that a filter names, as CatalogueType::uses tells them.
void AddUses(const type::v1::Filter& filter, std::vector<std::string>* uses);

}  // namespace clusterwire::catalogue
