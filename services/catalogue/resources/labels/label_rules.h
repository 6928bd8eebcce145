#pragma once

#include "clusterwire/catalogue/v1/label.pb.h"

#include "services/catalogue/common/resource.h"

namespace clusterwire::catalogue {

// What makes a label's record right. What its dates mean is in label_state.h, what a correction
// takes in label_correction.h.
Rules<v1::Label> LabelRules();

// The moves of a label beyond the standard methods: it is awarded, renewed and revoked, and the
// clock makes it renewable and lapsed. Each of them, repeated with the same content, gives the same
// answer and changes nothing.
class Labels : public Resources<v1::Label> {
 public:
  explicit Labels(store::Store& store) : Resources(store, LabelRules()) {}

  // Sets the end by the scheme's rule where the assessment is known and no end is given.
  absl::StatusOr<v1::Label> Award(const WriteCall& call, const std::string& cluster,
                                  const v1::Label& label, const std::string& id);
  absl::StatusOr<v1::Label> Renew(const WriteCall& call, const v1::RenewLabelRequest& request);
  absl::StatusOr<v1::Label> Revoke(const WriteCall& call, const v1::RevokeLabelRequest& request);
};

// The timers' step: the state as it is at `due`, which is expire_time or lapse_time.
absl::Status StepLabel(store::Writer& writer, const std::string& name, absl::Time due);

}  // namespace clusterwire::catalogue
