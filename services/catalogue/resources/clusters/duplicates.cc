#include "services/catalogue/resources/clusters/duplicates.h"

#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/facts/facts.h"
#include "libs/filter/predicate.h"
#include "libs/resource/name.h"
#include "services/catalogue/common/access/access.h"
#include "services/catalogue/resources/clusters/similar_names.h"

namespace clusterwire::catalogue {
namespace {

using v1::FindDuplicatesRequest;
using v1::FindDuplicatesResponse;

constexpr int kDefaultLookedAt = 50;
constexpr int kMostLookedAt = 200;
constexpr size_t kMostNoted = 5;

constexpr resource::NamePattern kCluster("clusters/{cluster}");

// The names that Facts give, folded.
std::set<std::string> FoldedNames(const facts::Facts& facts) {
  std::set<std::string> folded = {FoldedName(facts.title())};
  for (const std::string& name : facts.names()) folded.insert(FoldedName(name));
  folded.erase("");
  return folded;
}

std::string CountryOf(const facts::Facts& facts) {
  constexpr std::string_view kList = "iso:";
  for (const std::string& code : facts.codes()) {
    if (code.starts_with(kList)) return code.substr(kList.size());
  }
  return "";
}

v1::SimilarCluster Similar(const facts::Facts& facts) {
  v1::SimilarCluster similar;
  similar.set_name(facts.name());
  similar.set_title(facts.title());
  similar.set_country(CountryOf(facts));
  return similar;
}

// Adds those that have the name `title`, by their own.
absl::Status AddSimilar(const filter::Viewer& viewer, const search::Snapshot& snapshot,
                        std::string_view title, std::string_view but,
                        std::map<std::string, v1::SimilarCluster>& found) {
  const std::string folded = FoldedName(title);
  type::v1::Filter filter;
  filter.add_types("cluster");
  filter.set_words(SearchableWords(title));
  if (folded.empty() || filter.words().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto predicate, filter::Predicate::Compile(filter, viewer));
  search::SearchOptions options;
  options.order = search::Order::kRelevance;  // short titles that have the words first
  options.limit = search::kMaxPage;
  ASSIGN_OR_RETURN(const search::Page page, snapshot.Search(predicate, options));
  for (const search::Hit& hit : page.hits) {
    if (hit.facts.name() == but || !FoldedNames(hit.facts).contains(folded)) continue;
    found.emplace(hit.facts.name(), Similar(hit.facts));
  }
  return absl::OkStatus();
}

v1::DuplicateGroup Group(std::string_view folded, std::vector<v1::SimilarCluster> clusters) {
  v1::DuplicateGroup group;
  group.set_folded(std::string(folded));
  std::ranges::sort(clusters, {}, [](const auto& one) { return one.name(); });
  for (v1::SimilarCluster& one : clusters) *group.add_clusters() = std::move(one);
  return group;
}

// The cluster and those like it; none where it stands alone.
absl::StatusOr<std::vector<v1::SimilarCluster>> WithSimilar(const filter::Viewer& viewer,
                                                            const search::Snapshot& snapshot,
                                                            const facts::Facts& facts) {
  std::vector<std::string> titles = {facts.title()};
  titles.insert(titles.end(), facts.names().begin(), facts.names().end());
  ASSIGN_OR_RETURN(auto similar, FindSimilar(viewer, snapshot, titles, facts.name()));
  if (!similar.empty()) similar.push_back(Similar(facts));
  return similar;
}

absl::Status OfOne(const resource::ReadCall& call, store::Store& store,
                   const search::Snapshot& snapshot, const std::string& name,
                   FindDuplicatesResponse* response) {
  ASSIGN_OR_RETURN(const auto reader, store.Read(call.at_least));
  ASSIGN_OR_RETURN(const auto facts, facts::Get(*reader, name));
  // What is deleted has none, and nothing is like it.
  if (!facts || !MaySee(call.viewer, facts)) return NotFoundError(name);
  ASSIGN_OR_RETURN(auto group, WithSimilar(call.viewer, snapshot, *facts));
  if (!group.empty()) {
    *response->add_groups() = Group(FoldedName(facts->title()), std::move(group));
  }
  return absl::OkStatus();
}

// A group is told with the first of its names.
absl::Status OfAll(const resource::ReadCall& call, store::Store& store,
                   const search::Snapshot& snapshot, const rpc::TokenSealer& tokens,
                   const rpc::Page& page, const FindDuplicatesRequest& request,
                   FindDuplicatesResponse* response) {
  ASSIGN_OR_RETURN(const auto reader, store.Read(call.at_least));
  ASSIGN_OR_RETURN(
      const auto scanned,
      reader->Scan({.type = "cluster", .after = page.after.name(), .limit = page.size}));
  for (const store::Scanned& one : scanned) {
    ASSIGN_OR_RETURN(const auto facts, facts::Parse(one.facts));
    if (!facts || !MaySee(call.viewer, facts)) continue;
    ASSIGN_OR_RETURN(auto group, WithSimilar(call.viewer, snapshot, *facts));
    if (group.empty() || group.front().name() < facts->name()) continue;
    *response->add_groups() = Group(FoldedName(facts->title()), std::move(group));
  }
  if (std::ssize(scanned) < page.size) return absl::OkStatus();
  rpc::PagePosition position;
  position.set_name(store::NameOf(*scanned.back().resource));
  response->set_next_page_token(rpc::NextPageToken(tokens, request, position));
  return absl::OkStatus();
}

FieldErrors WrongWith(const FindDuplicatesRequest& request) {
  FieldErrors errors;
  if (!request.name().empty()) errors.AddAll("", kCluster.Check("name", request.name()));
  if (!request.name().empty() && !request.title().empty()) {
    errors.Add("title", "is for a cluster that isn't there yet: leave it or `name` empty");
  }
  resource::CheckText(errors, "title", request.title(), 0, 200);
  return errors;
}

}  // namespace

absl::StatusOr<std::vector<v1::SimilarCluster>> FindSimilar(const filter::Viewer& viewer,
                                                            const search::Snapshot& snapshot,
                                                            const std::vector<std::string>& titles,
                                                            std::string_view but) {
  std::map<std::string, v1::SimilarCluster> found;
  std::set<std::string> asked;
  for (const std::string& title : titles) {
    if (!asked.insert(FoldedName(title)).second) continue;
    RETURN_IF_ERROR(AddSimilar(viewer, snapshot, title, but, found));
  }
  std::vector<v1::SimilarCluster> similar;
  for (auto& [name, one] : found) similar.push_back(std::move(one));
  return similar;
}

absl::Status NoteSimilar(const filter::Viewer& viewer, const search::Snapshot& snapshot,
                         v1::Cluster* created) {
  ASSIGN_OR_RETURN(const auto similar,
                   FindSimilar(viewer, snapshot, {created->title()}, created->name()));
  if (similar.empty()) return absl::OkStatus();
  std::vector<std::string> shown;
  for (const v1::SimilarCluster& one : similar) {
    if (shown.size() == kMostNoted) break;
    shown.push_back(absl::StrCat("'", one.title(), "' (", one.name(), ")"));
  }
  created->add_notes(absl::StrCat("title: like that of ", absl::StrJoin(shown, ", "),
                                  similar.size() > shown.size() ? " and others" : "",
                                  "; where it is the same organisation, an operator makes one "
                                  "entry of them by MergeClusters"));
  return absl::OkStatus();
}

absl::StatusOr<FindDuplicatesResponse> FindDuplicates(const resource::ReadCall& call,
                                                      store::Store& store,
                                                      const search::Published& published,
                                                      const rpc::TokenSealer& tokens,
                                                      const FindDuplicatesRequest& request) {
  FieldErrors errors = WrongWith(request);
  const auto page =
      rpc::ReadPage(tokens, request, {.default_size = kDefaultLookedAt, .max_size = kMostLookedAt});
  RETURN_IF_ERROR(errors.AddFrom(page.status()));
  RETURN_IF_ERROR(errors.ToStatus());
  FindDuplicatesResponse response;
  response.set_revision(published.revision);
  const search::Snapshot& snapshot = *published.snapshot;
  if (!request.name().empty()) {
    RETURN_IF_ERROR(OfOne(call, store, snapshot, request.name(), &response));
  } else if (!request.title().empty()) {
    ASSIGN_OR_RETURN(auto similar, FindSimilar(call.viewer, snapshot, {request.title()}, ""));
    if (!similar.empty()) {
      *response.add_groups() = Group(FoldedName(request.title()), std::move(similar));
    }
  } else {
    RETURN_IF_ERROR(OfAll(call, store, snapshot, tokens, *page, request, &response));
  }
  return response;
}

}  // namespace clusterwire::catalogue
