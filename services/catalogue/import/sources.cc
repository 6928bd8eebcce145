#include "services/catalogue/import/sources.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.h"

#include "services/catalogue/import/names.h"

namespace clusterwire::catalogue::registers {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void ReadSources(JsonRecord& record, const std::string& read_date, Sources* sources) {
  std::vector<std::string> pages = {record.RequiredText("source")};
  const std::vector<std::string> more = record.Texts("more_sources");
  pages.insert(pages.end(), more.begin(), more.end());
  for (std::string& uri : pages) {
    type::v1::Source& source = *sources->Add();
    source.set_uri(std::move(uri));
    source.set_read_date(read_date);
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
    if (external.scheme() != scheme) return false;
    return scheme == kImportScheme ? IsSameName(external.id(), id) : external.id() == id;
  });
}

bool HasScheme(const ExternalIds& ids, std::string_view scheme) {
  return std::any_of(ids.begin(), ids.end(), [&](const type::v1::ExternalId& external) {
    return external.scheme() == scheme;
  });
}

void KeepUnstatedFields(const Message& known, Message* imported) {
  const auto& reflection = *imported->GetReflection();
  std::unique_ptr<Message> unstated(known.New());
  unstated->CopyFrom(known);
  std::vector<const FieldDescriptor*> stated;
  reflection.ListFields(*imported, &stated);
  for (const FieldDescriptor* field : stated) reflection.ClearField(unstated.get(), field);
  imported->MergeFrom(*unstated);
}

void KeepUnstatedOfLevels(const v1::LabelScheme& known, v1::LabelScheme* imported) {
  for (v1::LabelLevel& level : *imported->mutable_levels()) {
    for (const v1::LabelLevel& before : known.levels()) {
      if (before.id() != level.id()) continue;
      v1::LabelLevel merged = before;
      merged.MergeFrom(level);
      level = std::move(merged);
    }
  }
}

void JoinSources(const Sources& known, Sources* imported) {
  Sources joined = known;
  for (const type::v1::Source& source : *imported) {
    const auto same = std::find_if(joined.begin(), joined.end(), [&](const auto& other) {
      return other.field() == source.field() && other.uri() == source.uri();
    });
    if (same == joined.end()) {
      *joined.Add() = source;
    } else {
      same->set_value(source.value());
      if (!source.read_date().empty()) same->set_read_date(source.read_date());
    }
  }
  imported->Swap(&joined);
}

void JoinExternalIds(const ExternalIds& known, ExternalIds* imported) {
  ExternalIds joined = known;
  for (const type::v1::ExternalId& id : *imported) {
    if (!HasExternalId(joined, id.scheme(), id.id())) *joined.Add() = id;
  }
  imported->Swap(&joined);
}

}  // namespace clusterwire::catalogue::registers
