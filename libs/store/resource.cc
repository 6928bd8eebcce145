#include "libs/store/resource.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

namespace clusterwire::store {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Timestamp;

const FieldDescriptor* Field(const Message& resource, const char* name) {
  return resource.GetDescriptor()->FindFieldByName(name);
}

absl::Time TimeOf(const Message& resource, const char* name) {
  const FieldDescriptor* field = Field(resource, name);
  const auto& time =
      static_cast<const Timestamp&>(resource.GetReflection()->GetMessage(resource, field));
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

void SetTime(absl::Time time, const char* name, Message* resource) {
  const FieldDescriptor* field = Field(*resource, name);
  auto* out = static_cast<Timestamp*>(resource->GetReflection()->MutableMessage(resource, field));
  const int64_t seconds = absl::ToUnixSeconds(time);
  out->set_seconds(seconds);
  out->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

std::string TextOf(const Message& resource, const char* name) {
  return resource.GetReflection()->GetString(resource, Field(resource, name));
}

}  // namespace

std::string NameOf(const Message& resource) { return TextOf(resource, "name"); }
std::string EtagOf(const Message& resource) { return TextOf(resource, "etag"); }
absl::Time CreateTimeOf(const Message& resource) { return TimeOf(resource, "create_time"); }

bool IsDeleted(const Message& resource) {
  const FieldDescriptor* field = Field(resource, "delete_time");
  return field != nullptr && resource.GetReflection()->HasField(resource, field);
}

void SetStamp(const Stamp& stamp, Message* resource) {
  const auto* reflection = resource->GetReflection();
  reflection->SetString(resource, Field(*resource, "etag"), absl::StrCat(stamp.revision.value));
  reflection->SetInt64(resource, Field(*resource, "revision"), stamp.revision.value);
  SetTime(stamp.create_time, "create_time", resource);
  SetTime(stamp.update_time, "update_time", resource);
}

void ClearStamp(Message* resource) {
  for (const char* name : {"etag", "revision", "create_time", "update_time"}) {
    resource->GetReflection()->ClearField(resource, Field(*resource, name));
  }
}

absl::Status CheckResourceType(const Descriptor& type) {
  const auto check = [&type](const char* name, FieldDescriptor::CppType expected) {
    const FieldDescriptor* field = type.FindFieldByName(name);
    return field != nullptr && !field->is_repeated() && field->cpp_type() == expected;
  };
  const auto check_time = [&](const char* name) {
    return check(name, FieldDescriptor::CPPTYPE_MESSAGE) &&
           type.FindFieldByName(name)->message_type() == Timestamp::descriptor();
  };
  const bool deletable = type.FindFieldByName("delete_time") != nullptr;
  if (check("name", FieldDescriptor::CPPTYPE_STRING) &&
      check("etag", FieldDescriptor::CPPTYPE_STRING) &&
      check("revision", FieldDescriptor::CPPTYPE_INT64) && check_time("create_time") &&
      check_time("update_time") && (!deletable || check_time("delete_time"))) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(type.full_name(),
                   " is no resource: it needs string name, string etag, int64 revision, Timestamp "
                   "create_time and update_time, and delete_time, if any, as a Timestamp"));
}

}  // namespace clusterwire::store
