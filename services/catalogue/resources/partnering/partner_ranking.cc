#include "services/catalogue/resources/partnering/partner_ranking.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/facts/facts.h"
#include "libs/filter/predicate.h"
#include "libs/filter/ranking.h"
#include "libs/resource/name.h"
#include "services/catalogue/common/access/access.h"

namespace clusterwire::catalogue {
namespace {

using type::v1::Filter;
using v1::RankPartnersRequest;
using v1::RankPartnersResponse;

constexpr size_t kMostCompared = 1000;
constexpr int kDefaultPartners = 20;
constexpr int kMostPartners = 100;

constexpr resource::NamePattern kRequest("partnerRequests/{partner_request}");
constexpr resource::NamePattern kCluster("clusters/{cluster}");

// What is sought, as the ranking and as the index ask it.
struct Asked {
  filter::Sought sought;
  Filter filter;        // all of it
  std::string cluster;  // who asks
};

Asked AskedBy(const v1::PartnerRequest& request) {
  Asked asked{.sought = {}, .filter = request.filter(), .cluster = request.owner()};
  asked.sought.sectors = {request.sectors().begin(), request.sectors().end()};
  asked.sought.regions = {request.regions().begin(), request.regions().end()};
  asked.sought.languages = {request.languages().begin(), request.languages().end()};
  asked.sought.programmes = {request.programmes().begin(), request.programmes().end()};
  asked.sought.label_level = request.label_level();
  asked.sought.any_label = request.label_level().empty();
  return asked;
}

// As many as a filter may have of each.
template <typename Values>
void AddFirst(const Values& values, int most, google::protobuf::RepeatedPtrField<std::string>* to) {
  for (const auto& value : values) {
    if (to->size() < most) to->Add(std::string(value));
  }
}

Filter Published(const std::string& but) {
  Filter filter;
  filter.add_types("cluster");
  filter.add_states("published");
  filter.add_none_of()->add_names(but);
  return filter;
}

Asked AskedBy(const facts::Facts& cluster) {
  Asked asked{.sought = filter::SoughtBy(cluster),
              .filter = Published(cluster.name()),
              .cluster = cluster.name()};
  AddFirst(asked.sought.sectors, 50, asked.filter.mutable_sectors());
  AddFirst(asked.sought.languages, 20, asked.filter.mutable_languages());
  return asked;
}

absl::StatusOr<Asked> AskedOf(const resource::ReadCall& call, store::Store& store,
                              const std::string& name) {
  if (!kRequest.Matches(name) && !kCluster.Matches(name)) {
    return FieldError(
        "name", absl::StrCat("'", name, "' must be a partner request (", ToAbsl(kRequest.pattern()),
                             ") or a cluster (", ToAbsl(kCluster.pattern()), ")"));
  }
  ASSIGN_OR_RETURN(const auto reader, store.Read(call.at_least));
  ASSIGN_OR_RETURN(const auto facts, facts::Get(*reader, name));
  // What is deleted has none, and is no one's to rank for.
  if (!facts || !MaySee(call.viewer, facts)) return NotFoundError(name);
  if (kCluster.Matches(name)) return AskedBy(*facts);
  ASSIGN_OR_RETURN(const auto request, reader->Get<v1::PartnerRequest>(name));
  return AskedBy(request);
}

// From what fits in everything to what fits in one thing: who fits best is among the first.
std::vector<Filter> Searches(const Asked& asked) {
  Filter fields = Published(asked.cluster);
  *fields.mutable_sectors() = asked.filter.sectors();
  Filter places = Published(asked.cluster);
  *places.mutable_regions() = asked.filter.regions();
  Filter both = fields;
  *both.mutable_regions() = asked.filter.regions();
  std::vector<Filter> searches = {asked.filter, std::move(both)};
  if (fields.sectors_size() > 0) searches.push_back(std::move(fields));
  if (places.regions_size() > 0) searches.push_back(std::move(places));
  searches.push_back(Published(asked.cluster));
  return searches;
}

// By name, so that each is compared once.
using Candidates = std::map<std::string, facts::Facts, std::less<>>;

absl::StatusOr<Candidates> Find(const filter::Viewer& viewer, const search::Snapshot& snapshot,
                                const Asked& asked) {
  Candidates found;
  for (const Filter& filter : Searches(asked)) {
    if (found.size() >= kMostCompared) break;
    ASSIGN_OR_RETURN(const auto predicate, filter::Predicate::Compile(filter, viewer));
    search::SearchOptions options;
    options.limit = kMostCompared;
    ASSIGN_OR_RETURN(const search::Page page, snapshot.Search(predicate, options));
    for (const search::Hit& hit : page.hits) {
      if (found.size() < kMostCompared) found.emplace(hit.facts.name(), hit.facts);
    }
  }
  return found;
}

v1::PartnerReason::Ground GroundOf(filter::Ground ground) {
  switch (ground) {
    case filter::Ground::kSectors:
      return v1::PartnerReason::GROUND_SECTORS;
    case filter::Ground::kRegions:
      return v1::PartnerReason::GROUND_REGIONS;
    case filter::Ground::kLanguages:
      return v1::PartnerReason::GROUND_LANGUAGES;
    case filter::Ground::kLabels:
      return v1::PartnerReason::GROUND_LABELS;
    case filter::Ground::kProgrammes:
      return v1::PartnerReason::GROUND_PROGRAMMES;
  }
  return v1::PartnerReason::GROUND_UNSPECIFIED;
}

void Describe(const filter::Viewer& viewer, const filter::Ranked& ranked, const facts::Facts& facts,
              v1::RankedPartner* partner) {
  *partner->mutable_facts() = facts;
  filter::HideOthers(viewer, partner->mutable_facts());
  partner->set_score(ranked.score);
  for (const filter::RankReason& reason : ranked.reasons) {
    v1::PartnerReason& told = *partner->add_reasons();
    told.set_ground(GroundOf(reason.ground));
    told.set_points(reason.points);
    told.set_most(reason.most);
    told.mutable_text()->set_en(filter::Tell(reason, facts, text::Language::kEnglish));
    told.mutable_text()->set_de(filter::Tell(reason, facts, text::Language::kGerman));
  }
}

}  // namespace

absl::StatusOr<RankPartnersResponse> RankPartners(const resource::ReadCall& call,
                                                  store::Store& store,
                                                  const search::Published& published,
                                                  const RankPartnersRequest& request) {
  if (request.page_size() < 0) {
    return FieldError("page_size", "must not be negative");
  }
  ASSIGN_OR_RETURN(const Asked asked, AskedOf(call, store, request.name()));
  ASSIGN_OR_RETURN(const Candidates candidates, Find(call.viewer, *published.snapshot, asked));
  std::vector<std::pair<filter::Ranked, const facts::Facts*>> ranked;
  for (const auto& [name, facts] : candidates) {
    filter::Ranked one = filter::Rank(asked.sought, facts);
    if (one.score > 0) ranked.emplace_back(std::move(one), &facts);
  }
  // Stable: those of the same score stay in the order of their names.
  std::ranges::stable_sort(
      ranked, [](const auto& a, const auto& b) { return a.first.score > b.first.score; });
  const int most =
      request.page_size() == 0 ? kDefaultPartners : std::min(request.page_size(), kMostPartners);
  RankPartnersResponse response;
  for (const auto& [one, facts] : ranked) {
    if (response.partners_size() == most) break;
    Describe(call.viewer, one, *facts, response.add_partners());
  }
  response.set_compared(static_cast<int32_t>(candidates.size()));
  *response.mutable_filter() = asked.filter;
  response.set_revision(published.revision);
  return response;
}

}  // namespace clusterwire::catalogue
