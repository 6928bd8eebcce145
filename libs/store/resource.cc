#include "libs/store/resource.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

#include "libs/base/time/clock.h"

namespace clusterwire::store {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Timestamp;

const FieldDescriptor* Field(const Message& resource, const char* name) {
  return resource.GetDescriptor()->FindFieldByName(name);
}

void SetTime(absl::Time time, const char* name, Message* resource) {
  const FieldDescriptor* field = Field(*resource, name);
  resource->GetReflection()->MutableMessage(resource, field)->CopyFrom(ToTimestamp(time));
}

std::string TextOf(const Message& resource, const char* name) {
  return resource.GetReflection()->GetString(resource, Field(resource, name));
}

}  // namespace

std::string NameOf(const Message& resource) { return TextOf(resource, "name"); }
std::string EtagOf(const Message& resource) { return TextOf(resource, "etag"); }

absl::Time CreateTimeOf(const Message& resource) {
  const FieldDescriptor* field = Field(resource, "create_time");
  return ToTime(
      static_cast<const Timestamp&>(resource.GetReflection()->GetMessage(resource, field)));
}

bool IsDeleted(const Message& resource) {
  const FieldDescriptor* field = Field(resource, "delete_time");
  return field != nullptr && resource.GetReflection()->HasField(resource, field);
}

void SetStamp(Revision revision, absl::Time create_time, absl::Time update_time,
              Message* resource) {
  const auto* reflection = resource->GetReflection();
  reflection->SetString(resource, Field(*resource, "etag"), absl::StrCat(revision.value));
  reflection->SetInt64(resource, Field(*resource, "revision"), revision.value);
  SetTime(create_time, "create_time", resource);
  SetTime(update_time, "update_time", resource);
}

std::string WithoutStamps(const Message& resource) {
  std::unique_ptr<Message> copy(resource.New());
  copy->CopyFrom(resource);
  for (const char* name : {"etag", "revision", "create_time", "update_time"}) {
    copy->GetReflection()->ClearField(copy.get(), Field(*copy, name));
  }
  return SerializeDeterministic(*copy);
}

bool SameButForStamps(const Message& a, const Message& b) {
  return WithoutStamps(a) == WithoutStamps(b);
}

}  // namespace clusterwire::store
