#include "services/catalogue/common/fields/facts_fields.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"
#include "services/catalogue/common/places/places.h"

namespace clusterwire::catalogue {

void AddSorted(const std::vector<std::string>& values, Strings* field) {
  for (const std::string& value : values) {
    const auto place = std::lower_bound(field->begin(), field->end(), value);
    if (place != field->end() && *place == value) continue;
    const auto index = place - field->begin();
    field->Add(std::string(value));
    std::rotate(field->pointer_begin() + index, field->pointer_end() - 1, field->pointer_end());
  }
}

void AddTitle(std::string_view value, std::string_view title, type::v1::Facts* facts) {
  if (title.empty()) return;
  auto& titles = *facts->mutable_titles();
  const auto place = std::ranges::lower_bound(titles, value, {}, &type::v1::Title::value);
  if (place != titles.end() && place->value() == value) return;
  const auto index = place - titles.begin();
  type::v1::Title& added = *titles.Add();
  added.set_value(std::string(value));
  added.set_title(std::string(title));
  std::rotate(titles.pointer_begin() + index, titles.pointer_end() - 1, titles.pointer_end());
}

void AddCodes(const Strings& codes, const CodeBook& book, type::v1::Facts* facts) {
  for (const std::string& code : codes) {
    const std::vector<std::string> all = book.WithAncestors(code);
    AddSorted(all, facts->mutable_codes());
    for (const std::string& one : all) AddTitle(one, book.TitleOf(one), facts);
  }
}

void AddCountry(std::string_view country, const CodeBook& book, type::v1::Facts* facts) {
  const std::vector<std::string> codes = CountryCodes(country);
  AddSorted(codes, facts->mutable_codes());
  for (const std::string& code : codes) AddTitle(code, book.TitleOf(code), facts);
}

void AddExternalIds(const google::protobuf::RepeatedPtrField<type::v1::ExternalId>& ids,
                    type::v1::Facts* facts) {
  for (const type::v1::ExternalId& id : ids) {
    AddSorted({absl::StrCat(id.scheme(), ":", id.id())}, facts->mutable_external_ids());
  }
}

void SetLink(std::string_view page,
             const google::protobuf::RepeatedPtrField<type::v1::Source>& sources,
             type::v1::Facts* facts) {
  facts->set_link(std::string(page));
  for (const type::v1::Source& source : sources) {
    if (facts->link().empty() && source.field().empty()) facts->set_link(source.uri());
  }
}

void RestrictTo(std::initializer_list<std::string> members, type::v1::Facts* facts) {
  auto* audience = facts->mutable_audience()->mutable_members();
  for (const std::string& member : members) {
    if (!member.empty()) AddSorted({member}, audience);
  }
}

std::string Joined(std::initializer_list<std::string_view> parts, std::string_view separator) {
  std::string text;
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    absl::StrAppend(&text, text.empty() ? "" : ToAbsl(separator), ToAbsl(part));
  }
  return text;
}

std::string PlaceText(const type::v1::Place& place) {
  return Joined({place.venue(), place.city(), place.region()}, ", ");
}

std::string PlaceWords(const type::v1::Place& place) {
  std::string words = PlaceText(place);
  for (const std::string_view name : OtherNamesOf(place.city(), place.country())) {
    absl::StrAppend(&words, " ", ToAbsl(name));
  }
  return words;
}

void InheritAllButTitle(const type::v1::Facts& target, type::v1::Facts* linked) {
  // Also those of duplicates that were merged into it.
  AddSorted(target.clusters(), linked->mutable_clusters());
  AddSorted(target.codes(), linked->mutable_codes());
  if (target.has_point() && !linked->has_point()) *linked->mutable_point() = target.point();
  AddSorted(target.programmes(), linked->mutable_programmes());
  AddSorted(target.label_levels(), linked->mutable_label_levels());
  AddSorted(target.labels_held(), linked->mutable_labels_held());
  for (const type::v1::Title& title : target.titles()) {
    AddTitle(title.value(), title.title(), linked);
  }
  if (linked->link().empty()) linked->set_link(target.link());
}

void Inherit(const type::v1::Facts& target, type::v1::Facts* linked) {
  InheritAllButTitle(target, linked);
  linked->set_title(absl::StrCat(linked->title(), ": ", target.title()));
}

}  // namespace clusterwire::catalogue
