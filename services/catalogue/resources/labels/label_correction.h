#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"

#include "clusterwire/catalogue/v1/label.pb.h"

// What it takes to correct the record of a label that is there.
namespace clusterwire::catalogue {

// Makes a corrected label whole: it ends when its last renewal does, and each renewal begins where
// the one before ended. `next` is `known` with other values. Violations, under "label", where both
// ends were changed and disagree, and for what has a method of its own: who wants to hear of a
// renewal or a revocation hears of its kind of change.
absl::Status TakeCorrection(const v1::Label& known, v1::Label* next);

// What a correction changed in what people go by, a line each: "valid_until: was 2025-05-31, is
// 2026-05-31".
std::vector<std::string> CorrectionsOf(const v1::Label& known, const v1::Label& next);

}  // namespace clusterwire::catalogue
