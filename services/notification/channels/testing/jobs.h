#pragma once

#include <memory>
#include <string>

#include "services/notification/channels/channels.h"

namespace clusterwire::notification {

// "whsec_" and 32 bytes.
inline constexpr char kTestSecret[] = "whsec_a2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=";

// What subscription "Silver in Saxony" of a newsletter gets when a label is awarded: entered, for
// its webhook at `uri`. To be changed by the test.
Job LabelAwardedJob(const std::string& uri = "https://example.org/hook");

// The job's record with another change.
void SetChange(Job& job, const change::v1::ResourceChanged& change);

}  // namespace clusterwire::notification
