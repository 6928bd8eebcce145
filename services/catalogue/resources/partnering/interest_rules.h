#pragma once

#include "clusterwire/catalogue/v1/interest.pb.h"

#include "services/catalogue/common/resource.h"

namespace clusterwire::catalogue {

Rules<v1::Interest> InterestRules();

// Interests in partner requests: each of one cluster, under the cluster's own id.
class Interests : public Resources<v1::Interest> {
 public:
  explicit Interests(store::Store& store) : Resources(store, InterestRules()) {}

  absl::StatusOr<v1::Interest> Express(const WriteCall& call,
                                       const v1::ExpressInterestRequest& request);
  absl::StatusOr<v1::Interest> Withdraw(const WriteCall& call,
                                        const v1::WithdrawInterestRequest& request);
};

}  // namespace clusterwire::catalogue
