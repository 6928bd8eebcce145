#include "libs/resource/update_mask.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/field_mask_util.h"

#include "libs/base/status/error.h"

namespace clusterwire::resource {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;
using google::protobuf::util::FieldMaskUtil;

constexpr std::string_view kStamped[] = {"name",        "etag",        "revision", "create_time",
                                         "update_time", "delete_time", "notes"};

// Replaces what `mask` names in `into` by what `from` has there.
void Copy(const Message& from, const FieldMask& mask, Message* into) {
  FieldMaskUtil::MergeOptions options;
  options.set_replace_message_fields(true);
  options.set_replace_repeated_fields(true);
  FieldMaskUtil::MergeMessageTo(from, mask, options, into);
}

// Whether the messages that a path leads through are there.
bool HasParent(const Message& message, const std::vector<const FieldDescriptor*>& path) {
  const Message* at = &message;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    if (!at->GetReflection()->HasField(*at, path[i])) return false;
    at = &at->GetReflection()->GetMessage(*at, path[i]);
  }
  return true;
}

// Takes over one field; one below a message that neither has brings no such message into being.
void CopyPath(const Message& from, const std::string& path, Message* into) {
  std::vector<const FieldDescriptor*> fields;
  if (!FieldMaskUtil::GetFieldDescriptors(from.GetDescriptor(), path, &fields)) return;
  if (!HasParent(from, fields) && !HasParent(*into, fields)) return;
  FieldMask mask;
  mask.add_paths(path);
  Copy(from, mask, into);
}

std::vector<std::string> OutputOnlyPaths(const Descriptor& type,
                                         std::span<const std::string_view> output_only) {
  std::vector<std::string> paths;
  for (const std::string_view path : kStamped) {
    if (type.FindFieldByName(std::string(path)) != nullptr) paths.emplace_back(path);
  }
  paths.insert(paths.end(), output_only.begin(), output_only.end());
  return paths;
}

std::vector<std::string> AllFields(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return names;
}

// Whether a message stands for one value that is taken whole: a number in it can't say that it
// isn't there, so that 0 would pass for "not set". Points and circles are such, and timestamps.
bool IsValue(const Descriptor& type) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const bool number = field.cpp_type() < FieldDescriptor::CPPTYPE_BOOL;
    if (number && !field.is_repeated() && !field.has_presence()) return true;
  }
  return false;
}

// Takes over what is set, and of a message what is set in it. Lists and maps are taken whole.
void CopySet(const Message& from, Message* into) {
  std::vector<const FieldDescriptor*> fields;
  from.GetReflection()->ListFields(from, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool entered = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
                         !field->is_repeated() && !IsValue(*field->message_type());
    if (!entered) {
      CopyPath(from, field->name(), into);
      continue;
    }
    const Message& inner = from.GetReflection()->GetMessage(from, field);
    // Which member of a oneof is set says something, though nothing be set in it.
    if (inner.ByteSizeLong() == 0 && field->real_containing_oneof() == nullptr) continue;
    CopySet(inner, into->GetReflection()->MutableMessage(into, field));
  }
}

absl::Status CheckPaths(const Descriptor& type, const FieldMask& mask) {
  if (mask.paths_size() > kMaxMaskPaths) {
    return FieldError("update_mask", absl::StrCat("must have at most ", kMaxMaskPaths, " paths"));
  }
  FieldErrors errors;
  for (const std::string& path : mask.paths()) {
    if (path == "*") {
      errors.Add("update_mask", "'*' stands for all fields: it must be the only path");
    } else if (!FieldMaskUtil::GetFieldDescriptors(&type, path, nullptr)) {
      errors.Add("update_mask",
                 absl::StrCat("'", path, "' is no field of ", type.name(), "; its fields are ",
                              absl::StrJoin(AllFields(type), ", ")));
    }
  }
  return errors.ToStatus();
}

}  // namespace

absl::Status ApplyUpdate(const Message& from, const FieldMask& mask,
                         std::span<const std::string_view> output_only, Message* into) {
  const Descriptor& type = *into->GetDescriptor();
  std::vector<std::string> paths(mask.paths().begin(), mask.paths().end());
  if (paths == std::vector<std::string>{"*"}) {
    paths = AllFields(type);
  } else {
    RETURN_IF_ERROR(CheckPaths(type, mask));
  }
  std::unique_ptr<Message> before(into->New());
  before->CopyFrom(*into);
  if (paths.empty()) CopySet(from, into);
  for (const std::string& path : paths) CopyPath(from, path, into);
  for (const std::string& path : OutputOnlyPaths(type, output_only)) CopyPath(*before, path, into);
  return absl::OkStatus();
}

void ClearOutputOnly(std::span<const std::string_view> output_only, Message* resource) {
  for (const std::string& path : OutputOnlyPaths(*resource->GetDescriptor(), output_only)) {
    if (const auto* field = resource->GetDescriptor()->FindFieldByName(path)) {
      resource->GetReflection()->ClearField(resource, field);
    } else {  // of a message in it
      const std::unique_ptr<Message> empty(resource->New());
      CopyPath(*empty, path, resource);
    }
  }
}

}  // namespace clusterwire::resource
