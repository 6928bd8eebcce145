#include "services/catalogue/search/finder.h"

#include <utility>

#include "absl/strings/str_format.h"

#include "libs/base/status/error.h"
#include "libs/resource/page.h"
#include "libs/text/form.h"
#include "services/catalogue/common/codes/filter_codes.h"

namespace clusterwire::catalogue {
namespace {

using v1::SearchRequest;

search::Order OrderOf(const SearchRequest& request, FieldErrors& errors) {
  const bool words = !request.filter().words().empty();
  const bool circle = request.filter().has_within();
  switch (request.order()) {
    case SearchRequest::ORDER_UNSPECIFIED:
      return words    ? search::Order::kRelevance
             : circle ? search::Order::kDistance
                      : search::Order::kTitle;
    case SearchRequest::ORDER_RELEVANCE:
      if (words) return search::Order::kRelevance;
      errors.Add("order", "ORDER_RELEVANCE needs filter.words");
      return search::Order::kTitle;
    case SearchRequest::ORDER_DISTANCE:
      if (circle) return search::Order::kDistance;
      errors.Add("order", "ORDER_DISTANCE needs filter.within");
      return search::Order::kTitle;
    case SearchRequest::ORDER_TIME:
      return search::Order::kTime;
    case SearchRequest::ORDER_TITLE:
      return search::Order::kTitle;
    default:
      errors.Add("order", "is none of the orders of SearchRequest.Order");
      return search::Order::kTitle;
  }
}

search::SearchOptions OptionsOf(const SearchRequest& request, const rpc::Page& page,
                                FieldErrors& errors) {
  search::SearchOptions options;
  options.order = OrderOf(request, errors);
  if (request.filter().has_within()) {
    options.origin = {request.filter().within().latitude(), request.filter().within().longitude()};
  }
  if (page.after.has_hit()) {
    options.after = search::PageEnd{page.after.hit().key(), page.after.hit().name()};
  }
  options.limit = static_cast<size_t>(page.size);
  for (const std::string& field : request.facets()) {
    options.facets.push_back(text::WordForm(field));
  }
  return options;
}

type::v1::Facts Shown(const filter::Viewer& viewer, type::v1::Facts facts) {
  filter::HideOthers(viewer, &facts);
  return facts;
}

// Takes the Facts out of the page.
void AddHits(const filter::Viewer& viewer, search::Page& page, v1::SearchResponse* response) {
  resource::PageRoom room(page.hits.size());
  for (search::Hit& found : page.hits) {
    if (!room.Takes(found.facts.ByteSizeLong())) return;
    v1::Hit& hit = *response->add_hits();
    *hit.mutable_facts() = Shown(viewer, std::move(found.facts));
    if (found.distance_meters) hit.set_distance_meters(*found.distance_meters);
  }
}

void AddFacets(const search::Page& page, v1::SearchResponse* response) {
  for (const search::Facet& counted : page.facets) {
    v1::Facet& facet = *response->add_facets();
    facet.set_field(counted.field);
    facet.set_more(static_cast<int32_t>(counted.more));
    facet.set_cut(counted.cut);
    for (const search::FacetValue& value : counted.values) {
      v1::FacetCount& count = *facet.add_counts();
      count.set_value(value.value);
      count.set_count(static_cast<int32_t>(value.count));
    }
  }
}

search::MapOptions OptionsOf(const v1::GetMapRequest& request, FieldErrors& errors) {
  constexpr int kSingles = 50;
  search::MapOptions options;
  if (!request.has_bounds()) errors.Add("bounds", "say which part of the map");
  options.bounds = {.south = request.bounds().south(),
                    .west = request.bounds().west(),
                    .north = request.bounds().north(),
                    .east = request.bounds().east()};
  options.zoom = request.zoom();
  if (request.singles() < 0) errors.Add("singles", "must not be negative");
  options.singles = static_cast<size_t>(request.singles() > 0 ? request.singles() : kSingles);
  return options;
}

// The token of an S2 cell: its id in hexadecimal digits, without the zeros behind them.
std::string CellToken(uint64_t id) {
  const std::string digits = absl::StrFormat("%016x", id);
  return digits.substr(0, digits.find_last_not_of('0') + 1);
}

void AddCell(const filter::Viewer& viewer, const search::MapCell& found, v1::MapCell* cell) {
  cell->set_id(CellToken(found.id));
  cell->set_count(static_cast<int32_t>(found.count));
  cell->set_vague_count(static_cast<int32_t>(found.vague));
  cell->set_latitude(found.center.latitude);
  cell->set_longitude(found.center.longitude);
  for (const type::v1::Facts& facts : found.strongest)
    *cell->add_strongest() = Shown(viewer, facts);
}

}  // namespace

absl::StatusOr<filter::Predicate> Finder::Compile(const filter::Viewer& viewer,
                                                  const type::v1::Filter& filter) const {
  const CodeVocabulary::Known known = vocabulary_->For(filter);
  auto predicate = filter::Predicate::Compile(filter, viewer, {.vocabulary = known.words.get()});
  FieldErrors errors;
  RETURN_IF_ERROR(errors.AddFrom(predicate.status()));
  // A filter that is too long is refused for that alone.
  if (predicate.ok() && known.book != nullptr) {
    const auto stands = [&](const std::string& code) { return Stands(viewer, code); };
    CheckFilterCodes(filter, *known.book, "filter", stands, errors);
  }
  RETURN_IF_ERROR(errors.ToStatus());
  return predicate;
}

bool Finder::Stands(const filter::Viewer& viewer, const std::string& code) const {
  type::v1::Filter filter;
  filter.add_sectors(code);
  const auto predicate = filter::Predicate::Compile(filter, viewer);
  if (!predicate.ok()) return true;  // what is wrong with it is named already
  const auto found = index_->Current()->snapshot->Search(*predicate, {.limit = 1});
  return found.ok() && found->total > 0;
}

absl::Status Finder::Search(const filter::Viewer& viewer, const SearchRequest& request,
                            v1::SearchResponse* response) const {
  FieldErrors errors;
  const auto page = rpc::ReadPage(*tokens_, request, {});
  RETURN_IF_ERROR(errors.AddFrom(page.status()));
  const auto predicate = Compile(viewer, request.filter());
  RETURN_IF_ERROR(errors.AddFrom(predicate.status()));
  const search::SearchOptions options = OptionsOf(request, page.value_or(rpc::Page()), errors);
  RETURN_IF_ERROR(errors.AddFrom(search::CheckOptions(options)));
  RETURN_IF_ERROR(errors.ToStatus());
  const auto published = index_->Current();
  ASSIGN_OR_RETURN(search::Page found, published->snapshot->Search(*predicate, options));
  response->set_total_size(static_cast<int32_t>(found.total));
  response->set_ranking_cut(found.ranking_cut);
  AddHits(viewer, found, response);
  AddFacets(found, response);
  const auto shown = static_cast<size_t>(response->hits_size());
  if (found.more || shown < found.hits.size()) {
    rpc::PagePosition position;
    position.mutable_hit()->set_key(found.hits[shown - 1].position.key);
    position.mutable_hit()->set_name(found.hits[shown - 1].position.name);
    response->set_next_page_token(rpc::NextPageToken(*tokens_, request, position));
  }
  response->set_revision(published->revision);
  return absl::OkStatus();
}

absl::Status Finder::Map(const filter::Viewer& viewer, const v1::GetMapRequest& request,
                         v1::GetMapResponse* response) const {
  FieldErrors errors;
  const auto predicate = Compile(viewer, request.filter());
  RETURN_IF_ERROR(errors.AddFrom(predicate.status()));
  const search::MapOptions options = OptionsOf(request, errors);
  RETURN_IF_ERROR(errors.AddFrom(search::CheckOptions(options)));
  RETURN_IF_ERROR(errors.ToStatus());
  const auto published = index_->Current();
  ASSIGN_OR_RETURN(const search::MapAnswer found, published->snapshot->Map(*predicate, options));
  response->set_total_size(static_cast<int32_t>(found.total));
  response->set_revision(published->revision);
  for (const search::MapCell& cell : found.cells) AddCell(viewer, cell, response->add_cells());
  for (const type::v1::Facts& facts : found.singles) {
    *response->add_hits()->mutable_facts() = Shown(viewer, facts);
  }
  return absl::OkStatus();
}

}  // namespace clusterwire::catalogue
