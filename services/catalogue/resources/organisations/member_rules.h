#pragma once

#include <string>

#include "clusterwire/catalogue/v1/member.pb.h"

#include "services/catalogue/common/resource.h"

namespace clusterwire::catalogue {

// Organisations as members of clusters.
Rules<v1::Member> MemberRules();

class Members : public Resources<v1::Member> {
 public:
  explicit Members(store::Store& store) : Resources(store, MemberRules()) {}
};

// The timers' step: the state as it is at `due`.
absl::Status StepMember(store::Writer& writer, const std::string& name, absl::Time due);

}  // namespace clusterwire::catalogue
