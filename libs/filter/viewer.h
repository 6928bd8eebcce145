#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "clusterwire/type/v1/facts.pb.h"

namespace clusterwire::filter {

// Through whose eyes Facts are asked. Facts without an audience everybody sees; others an operator
// sees, and who is one of the named members.
struct Viewer {
  bool operator_ = false;
  // Resource names that the viewer may act for: "programmes/go-cluster". Sorted by the makers.
  std::vector<std::string> members;

  static Viewer Public();
  static Viewer Operator();
  static Viewer As(std::string_view name);
};

// Whether the viewer may see what has these Facts: the one line that keeps a draft from the public.
// Predicate::Matches asks it first, and Get, List, history and the gates of delivery ask it alone.
bool Sees(const Viewer& viewer, const type::v1::Facts& facts);

}  // namespace clusterwire::filter
