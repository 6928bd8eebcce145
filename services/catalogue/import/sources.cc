#include "services/catalogue/import/sources.h"

#include <algorithm>

namespace clusterwire::catalogue::registers {
namespace {

void AddPage(std::string uri, const std::string& read_date, Sources* sources) {
  type::v1::Source& source = *sources->Add();
  source.set_uri(std::move(uri));
  source.set_read_date(read_date);
}

}  // namespace

void ReadSources(JsonRecord& record, const std::string& read_date, Sources* sources) {
  AddPage(record.RequiredText("source"), read_date, sources);
  for (std::string& uri : record.Texts("more_sources")) {
    AddPage(std::move(uri), read_date, sources);
  }
}

void KeepInSources(std::string_view field, std::string_view value, Sources* sources,
                   std::string_view uri) {
  if (value.empty()) return;
  type::v1::Source source = sources->Get(0);
  source.set_field(std::string(field));
  source.set_value(std::string(value));
  if (!uri.empty()) source.set_uri(std::string(uri));
  *sources->Add() = std::move(source);
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
