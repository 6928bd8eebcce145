#include "services/catalogue/import/provenance.h"

#include <algorithm>

namespace clusterwire::catalogue::registers {

Provenance::Provenance(Line& line, std::string read_date)
    : read_date_(std::move(read_date)), uri_(line.RequiredText("source")) {
  Add("", "", uri_);
  for (const std::string& uri : line.Texts("more_sources")) Add("", "", uri);
}

void Provenance::Keep(std::string_view field, std::string_view value, std::string_view uri) {
  if (!value.empty()) Add(field, value, uri.empty() ? uri_ : uri);
}

void Provenance::Add(std::string_view field, std::string_view value, std::string_view uri) {
  type::v1::Source& source = *sources_.Add();
  source.set_field(std::string(field));
  source.set_value(std::string(value));
  source.set_uri(std::string(uri));
  source.set_read_date(read_date_);
}

void AddExternalId(std::string_view scheme, std::string_view id, ExternalIds* ids) {
  type::v1::ExternalId& external = *ids->Add();
  external.set_scheme(std::string(scheme));
  external.set_id(std::string(id));
}

bool HasExternalId(const ExternalIds& ids, std::string_view scheme, std::string_view id) {
  return std::any_of(ids.begin(), ids.end(), [&](const type::v1::ExternalId& external) {
    return external.scheme() == scheme && external.id() == id;
  });
}

bool HasScheme(const ExternalIds& ids, std::string_view scheme) {
  return std::any_of(ids.begin(), ids.end(), [&](const type::v1::ExternalId& external) {
    return external.scheme() == scheme;
  });
}

}  // namespace clusterwire::catalogue::registers
