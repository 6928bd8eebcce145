#include "services/catalogue/import/merge.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace clusterwire::catalogue::registers {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

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
