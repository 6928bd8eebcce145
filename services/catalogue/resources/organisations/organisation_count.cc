#include "services/catalogue/resources/organisations/organisation_count.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/member.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/facts/facts.h"
#include "libs/filter/predicate.h"
#include "libs/resource/page.h"
#include "services/catalogue/common/access/access.h"
#include "services/catalogue/common/fields/words.h"

namespace clusterwire::catalogue {
namespace {

using v1::CountOrganisationsResponse;
using v1::Organisation;

constexpr size_t kMostClusters = 10'000;
constexpr int kMostMemberships = 200'000;

absl::Status TooMany(std::string_view what, int64_t most) {
  return Error(
      absl::StatusCode::kResourceExhausted, "TOO_MANY_TO_COUNT",
      absl::StrCat("more than ", most, " ", ToAbsl(what), " match: the filter has to say more"));
}

absl::StatusOr<filter::Predicate> ClustersOf(const resource::ReadCall& call,
                                             const type::v1::Filter& asked) {
  FieldErrors errors;
  if (asked.types_size() > 0) errors.Add("filter.types", "is for clusters alone; leave it out");
  if (asked.kinds_size() > 0) errors.Add("filter.kinds", "is nothing that clusters have");
  type::v1::Filter filter = asked;
  filter.clear_types();
  filter.clear_kinds();
  filter.add_types("cluster");
  auto predicate = filter::Predicate::Compile(filter, call.viewer);
  RETURN_IF_ERROR(errors.AddFrom(predicate.status()));
  RETURN_IF_ERROR(errors.ToStatus());
  return predicate;
}

absl::StatusOr<std::vector<std::string>> NamesOf(const search::Snapshot& snapshot,
                                                 const filter::Predicate& predicate) {
  std::vector<std::string> names;
  search::SearchOptions options;
  options.limit = search::kMaxPage;
  for (;;) {
    ASSIGN_OR_RETURN(const search::Page page, snapshot.Search(predicate, options));
    if (page.total > kMostClusters) return TooMany("clusters", kMostClusters);
    for (const search::Hit& hit : page.hits) names.push_back(hit.facts.name());
    if (!page.more || page.hits.empty()) return names;
    options.after = page.hits.back().position;
  }
}

// By organisation, its kind as Facts word it.
struct Counted {
  std::map<std::string, std::string> kinds;
  int memberships = 0;
};

absl::Status CountMembers(const resource::ReadCall& call, const store::Reader& reader,
                          const std::string& cluster, Counted* counted) {
  absl::Status failed;
  RETURN_IF_ERROR(resource::ForEach(
      reader, {.type = "member", .parent = cluster}, [&](const store::Scanned& one) {
        const auto& member = static_cast<const v1::Member&>(*one.resource);
        const auto facts = facts::Parse(one.facts);
        failed = facts.status();
        if (!failed.ok()) return false;
        if (member.state() != v1::Member::STATE_CURRENT || !*facts ||
            !MaySee(call.viewer, *facts)) {
          return true;
        }
        // It has its kind from the organisation, as long as that is there.
        if ((*facts)->kind().empty()) return true;
        counted->kinds[member.organisation()] = (*facts)->kind();
        return ++counted->memberships <= kMostMemberships;
      }));
  RETURN_IF_ERROR(failed);
  return counted->memberships <= kMostMemberships ? absl::OkStatus()
                                                  : TooMany("memberships", kMostMemberships);
}

CountOrganisationsResponse Answer(const Counted& counted) {
  CountOrganisationsResponse response;
  response.set_organisations(static_cast<int32_t>(counted.kinds.size()));
  response.set_memberships(counted.memberships);
  std::map<std::string, int> by_kind;
  for (const auto& [organisation, kind] : counted.kinds) ++by_kind[kind];
  for (const auto& [kind, count] : by_kind) {
    v1::OrganisationCount& one = *response.add_kinds();
    one.set_kind(static_cast<Organisation::Kind>(
        ValueOf(*Organisation::Kind_descriptor(), kind).value_or(0)));
    one.set_count(count);
  }
  std::stable_sort(response.mutable_kinds()->begin(), response.mutable_kinds()->end(),
                   [](const auto& a, const auto& b) { return a.count() > b.count(); });
  return response;
}

}  // namespace

absl::StatusOr<CountOrganisationsResponse> CountOrganisations(
    const resource::ReadCall& call, store::Store& store, const search::Published& published,
    const v1::CountOrganisationsRequest& request) {
  ASSIGN_OR_RETURN(const filter::Predicate predicate, ClustersOf(call, request.filter()));
  ASSIGN_OR_RETURN(const auto clusters, NamesOf(*published.snapshot, predicate));
  ASSIGN_OR_RETURN(const auto reader, store.Read(call.at_least));
  Counted counted;
  for (const std::string& cluster : clusters) {
    RETURN_IF_ERROR(CountMembers(call, *reader, cluster, &counted));
  }
  CountOrganisationsResponse response = Answer(counted);
  response.set_revision(published.revision);
  return response;
}

}  // namespace clusterwire::catalogue
