#pragma once

#include <string>
#include <vector>

#include "libs/store/registry.h"
#include "libs/store/testing/club.pb.h"

namespace clusterwire::store::testing {

// The types of club.proto, without a hook.
std::vector<ResourceType> ClubTypes();
// With a hook for the store's own tests: what it keeps with a club is its title and the levels of
// its badges, in the order of their names: "Title silver gold". Others get nothing.
Registry ClubRegistry();

// A badge is valid until its `expires`, when a timer "lapse" falls due.
Club MakeClub(std::string id, std::vector<std::string> codes = {},
              std::vector<std::string> audience = {});
Badge MakeBadge(std::string club, std::string id, std::string level);
Society MakeSociety(std::string id, std::vector<std::string> audience = {});
Member MakeMember(std::string society, std::string id, std::string club);
Post MakePost(std::string id, std::vector<std::string> clubs);

}  // namespace clusterwire::store::testing
