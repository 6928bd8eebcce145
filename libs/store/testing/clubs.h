#pragma once

#include <string>
#include <vector>

#include "libs/store/registry.h"
#include "libs/store/testing/club.pb.h"

namespace clusterwire::store::testing {

// The types of club.proto with projections like those of a real service.
Registry ClubRegistry(int projection_version = 1);

// A badge is valid until its `expires`, when a timer "lapse" falls due; a day later it's stale.
Club MakeClub(std::string id, std::vector<std::string> codes = {},
              std::vector<std::string> audience = {});
Badge MakeBadge(std::string club, std::string id, std::string level);
Society MakeSociety(std::string id, std::vector<std::string> audience = {});
Member MakeMember(std::string society, std::string id, std::string club);
Post MakePost(std::string id, std::vector<std::string> clubs);

}  // namespace clusterwire::store::testing
