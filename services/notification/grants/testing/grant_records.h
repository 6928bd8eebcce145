#pragma once

#include <string>
#include <string_view>

#include "clusterwire/change/v1/grant_changed.pb.h"

#include "services/notification/grants/grants.h"

namespace clusterwire::notification {

inline constexpr std::string_view kSubjectKey = "a key of at least thirty-two bytes";

// A viewer's grant as the catalogue sends it, of history "h". `subject` may be a pattern.
change::v1::GrantChanged GrantTo(std::string_view subject, std::string_view resource,
                                 const std::string& name = "grants/a", int64_t revision = 1);
change::v1::GrantChanged Withdrawn(const std::string& name, int64_t revision);
// What stands behind all grants.
change::v1::GrantChanged AllSent(std::string_view key = kSubjectKey);

// As if read whole, at this moment.
void ReadWhole(Grants& grants, const Clock& clock,
               const std::vector<change::v1::GrantChanged>& records = {});
// As if read behind that.
void ReadOn(Grants& grants, const change::v1::GrantChanged& record);

}  // namespace clusterwire::notification
