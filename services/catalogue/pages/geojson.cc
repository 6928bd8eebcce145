#include "absl/strings/str_cat.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

#include "libs/base/status/error.h"
#include "services/catalogue/pages/views.h"

namespace clusterwire::catalogue {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

constexpr int kMostFeatures = 1000;

Value& Field(Struct& object, const char* name) { return (*object.mutable_fields())[name]; }

void SetText(Struct& object, const char* name, const std::string& text) {
  if (!text.empty()) Field(object, name).set_string_value(text);
}

void SetTexts(Struct& object, const char* name,
              const google::protobuf::RepeatedPtrField<std::string>& texts) {
  if (texts.empty()) return;
  for (const std::string& text : texts) {
    Field(object, name).mutable_list_value()->add_values()->set_string_value(text);
  }
}

void FillFeature(const type::v1::Facts& facts, Struct& feature) {
  SetText(feature, "type", "Feature");
  SetText(feature, "id", facts.name());
  if (facts.has_point()) {
    Struct& geometry = *Field(feature, "geometry").mutable_struct_value();
    SetText(geometry, "type", "Point");
    auto& place = *Field(geometry, "coordinates").mutable_list_value();
    place.add_values()->set_number_value(facts.point().longitude());
    place.add_values()->set_number_value(facts.point().latitude());
  } else {
    Field(feature, "geometry").set_null_value(google::protobuf::NULL_VALUE);
  }
  Struct& said = *Field(feature, "properties").mutable_struct_value();
  SetText(said, "type", facts.type());
  SetText(said, "title", facts.title());
  SetText(said, "summary", facts.summary());
  SetText(said, "link", facts.link());
  SetText(said, "kind", facts.kind());
  SetText(said, "state", facts.state());
  SetText(said, "start", facts.period().start());
  SetText(said, "end", facts.period().end());
  SetTexts(said, "codes", facts.codes());
  SetTexts(said, "programmes", facts.programmes());
  SetTexts(said, "label_levels", facts.label_levels());
  if (facts.has_size()) Field(said, "size").set_number_value(static_cast<double>(facts.size()));
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
  Struct collection;
  SetText(collection, "type", "FeatureCollection");
  auto& features = *Field(collection, "features").mutable_list_value();
  for (const v1::Hit& hit : found.hits()) {
    FillFeature(hit.facts(), *features.add_values()->mutable_struct_value());
  }
  Field(collection, "numberMatched").set_number_value(found.total_size());
  Field(collection, "numberReturned").set_number_value(found.hits_size());
  if (!found.next_page_token().empty()) {
    Struct& link =
        *Field(collection, "links").mutable_list_value()->add_values()->mutable_struct_value();
    SetText(link, "rel", "next");
    SetText(link, "href",
            AddressOf("/search.geojson", question, {{"page", found.next_page_token()}}));
  }
  std::string json;
  const auto written = google::protobuf::util::MessageToJsonString(collection, &json);
  if (!written.ok()) return absl::InternalError("GeoJSON can't be written");
  return json;
}

}  // namespace clusterwire::catalogue
