#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/eligibility.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"
#include "clusterwire/type/v1/filter.pb.h"

#include "libs/store/reader.h"
#include "services/catalogue/common/codes/code_book.h"

// What a cluster makes of a programme's criteria. Whether the caller may see the two is asked
// before.
namespace clusterwire::catalogue {

// A verdict on each criterion, in the programme's order, of a cluster as it stands in `reader`, be
// it a draft. Inside a write the profile is as the body has staged it, and what is asked of its
// Facts (filters, memberships) as before the body. NOT_FOUND when the cluster isn't there or is
// deleted.
absl::StatusOr<std::vector<v1::Verdict>> VerdictsOf(const store::Reader& reader,
                                                    const CodeBook& book,
                                                    const v1::Programme& programme,
                                                    std::string_view cluster);

// Whether a filter takes the cluster: MET, NOT_MET or UNKNOWN, with reason, missing fields and
// remedy, without criterion.
absl::StatusOr<v1::Verdict> VerdictOf(const store::Reader& reader, const CodeBook& book,
                                      const type::v1::Filter& filter, std::string_view cluster);

// The request of UpdateCluster that states `missing`, with words in capitals for the values:
// {"cluster": {"name": "clusters/x", "members": {"total": NUMBER}}}.
std::string RequestStating(const std::string& cluster, const std::vector<std::string>& missing);

}  // namespace clusterwire::catalogue
