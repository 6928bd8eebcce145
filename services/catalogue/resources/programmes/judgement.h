#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "clusterwire/catalogue/v1/cluster.pb.h"
#include "clusterwire/catalogue/v1/eligibility.pb.h"
#include "clusterwire/type/v1/facts.pb.h"
#include "clusterwire/type/v1/filter.pb.h"

#include "services/catalogue/common/codes/code_book.h"

// The checks of single criteria. What a cluster doesn't state is neither met nor failed: a third
// answer, through sums and exclusions too.
namespace clusterwire::catalogue {

struct Judgement {
  v1::Verdict::Outcome outcome = v1::Verdict::OUTCOME_MET;  // or NOT_MET or UNKNOWN
  std::string reason = "";  // what the cluster's title is put before: "has 12 members; asked for …"
  std::vector<std::string> missing = {};  // with UNKNOWN, paths in Cluster: "members.total"
};

// Whether the profile's number is at least `minimum`.
Judgement JudgeMeasure(const v1::Cluster& cluster, v1::Criterion::Measure measure, double minimum);

// Whether a cluster's Facts match. UNKNOWN when they lack what decides it: a size, all languages, a
// region any closer than the country. Memberships, labels, state and words are what the catalogue
// knows of itself and are never unknown.
Judgement JudgeFilter(const type::v1::Filter& filter, const type::v1::Facts& facts,
                      const CodeBook& book);

}  // namespace clusterwire::catalogue
