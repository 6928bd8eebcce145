#include "libs/base/json.h"
#include "libs/base/status/error.h"
#include "services/catalogue/pages/views.h"

namespace clusterwire::catalogue {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMostFeatures = 1000;

void SetText(const char* name, const std::string& text, Json& object) {
  if (!text.empty()) object[name] = text;
}

void SetTexts(const char* name, const google::protobuf::RepeatedPtrField<std::string>& texts,
              Json& object) {
  if (!texts.empty()) object[name] = std::vector<std::string>(texts.begin(), texts.end());
}

Json FeatureOf(const type::v1::Facts& facts) {
  Json said = {{"type", facts.type()}, {"title", facts.title()}};
  SetText("summary", facts.summary(), said);
  SetText("link", facts.link(), said);
  SetText("kind", facts.kind(), said);
  SetText("state", facts.state(), said);
  SetText("start", facts.period().start(), said);
  SetText("end", facts.period().end(), said);
  SetTexts("codes", facts.codes(), said);
  SetTexts("programmes", facts.programmes(), said);
  SetTexts("label_levels", facts.label_levels(), said);
  if (facts.has_size()) said["size"] = facts.size();
  Json geometry;  // null where it has no point
  if (facts.has_point()) {
    said["precision"] = type::v1::PointPrecision_Name(facts.point().precision());
    geometry = {{"type", "Point"},
                {"coordinates", {facts.point().longitude(), facts.point().latitude()}}};
  }
  return {{"type", "Feature"},
          {"id", facts.name()},
          {"geometry", std::move(geometry)},
          {"properties", std::move(said)}};
}

}  // namespace

absl::StatusOr<std::string> GeoJson(const PageContext& context) {
  const Question& question = context.question;
  v1::SearchRequest request;
  *request.mutable_filter() = question.filter;
  request.set_page_size(question.size == 0 ? kMostFeatures : question.size);
  request.set_page_token(question.Of("page"));
  v1::SearchResponse found;
  RETURN_IF_ERROR(context.finder.Search(filter::Viewer::Public(), request, &found));
  Json features = Json::array();
  for (const v1::Hit& hit : found.hits()) features.push_back(FeatureOf(hit.facts()));
  Json collection = {{"type", "FeatureCollection"},
                     {"numberMatched", found.total_size()},
                     {"numberReturned", found.hits_size()}};
  if (!found.next_page_token().empty()) {
    collection["links"] = {
        {{"rel", "next"},
         {"href", AddressOf("/search.geojson", question, {{"page", found.next_page_token()}})}}};
  }
  collection["features"] = std::move(features);
  return collection.dump();
}

}  // namespace clusterwire::catalogue
