#pragma once

#include "clusterwire/catalogue/v1/label_scheme.pb.h"

#include "services/catalogue/common/resource.h"

namespace clusterwire::catalogue {

// What makes a label scheme right. Its levels, validity and renewal window are data; what they mean
// is in label_state.h.
Rules<v1::LabelScheme> LabelSchemeRules();

// How what is of a level says that it uses it.
std::string LevelUse(std::string_view scheme, std::string_view level);

// Safe for use from any thread.
class LabelSchemes : public Resources<v1::LabelScheme> {
 public:
  explicit LabelSchemes(store::Store& store) : Resources(store, LabelSchemeRules()) {}
};

}  // namespace clusterwire::catalogue
