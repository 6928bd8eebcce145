#include "libs/store/personal.h"

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include "google/protobuf/descriptor.h"

#include "clusterwire/type/v1/personal.pb.h"

namespace clusterwire::store {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsPersonal(const FieldDescriptor& field) {
  return field.options().GetExtension(type::v1::personal);
}

bool HasPersonalFields(const Descriptor& type, std::set<const Descriptor*>& seen) {
  if (!seen.insert(&type).second) return false;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (IsPersonal(field)) return true;
    if (field.message_type() != nullptr && HasPersonalFields(*field.message_type(), seen)) {
      return true;
    }
  }
  return false;
}

std::vector<const FieldDescriptor*> FieldsOf(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return fields;
}

// `row` is a copy, which this empties.
void MoveInto(Message* row, Message* cut) {
  for (const FieldDescriptor* field : FieldsOf(*row)) {
    const auto* from = row->GetReflection();
    const auto* into = cut->GetReflection();
    if (IsPersonal(*field)) {
      from->SwapFields(row, cut, {field});
    } else if (field->message_type() == nullptr) {
      continue;
    } else if (field->is_repeated()) {
      const int both = std::min(from->FieldSize(*row, field), into->FieldSize(*cut, field));
      for (int i = 0; i < both; ++i) {
        MoveInto(from->MutableRepeatedMessage(row, field, i),
                 into->MutableRepeatedMessage(cut, field, i));
      }
    } else if (into->HasField(*cut, field)) {
      MoveInto(from->MutableMessage(row, field), into->MutableMessage(cut, field));
    }
  }
}

}  // namespace

bool HasPersonalFields(const Descriptor& type) {
  std::set<const Descriptor*> seen;
  return HasPersonalFields(type, seen);
}

void CutPersonal(Message* message) {
  const auto* reflection = message->GetReflection();
  for (const FieldDescriptor* field : FieldsOf(*message)) {
    if (IsPersonal(*field)) {
      reflection->ClearField(message, field);
    } else if (field->message_type() == nullptr) {
      continue;
    } else if (field->is_repeated()) {
      for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
        CutPersonal(reflection->MutableRepeatedMessage(message, field, i));
      }
    } else {
      CutPersonal(reflection->MutableMessage(message, field));
    }
  }
}

void RestorePersonal(const Message& row, Message* cut) {
  const std::unique_ptr<Message> copy(row.New());
  copy->CopyFrom(row);
  MoveInto(copy.get(), cut);
}

}  // namespace clusterwire::store
