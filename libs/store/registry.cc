#include "libs/store/registry.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/store/personal.h"

namespace clusterwire::store {
namespace {

// "clusters/*/labels/*" of a name or a pattern; empty when it is neither.
std::string ShapeOf(std::string_view name) {
  std::string shape;
  const std::vector<std::string_view> segments = NameSegments(name);
  for (size_t i = 0; i < segments.size(); i += 2) {
    absl::StrAppend(&shape, i == 0 ? "" : "/", ToAbsl(segments[i]),
                    i + 1 < segments.size() ? "/*" : "");
  }
  return shape;
}

// INVALID_ARGUMENT unless the type has all the fields that a Resource needs.
absl::Status CheckFields(const google::protobuf::Descriptor& type) {
  using google::protobuf::FieldDescriptor;
  const auto check = [&type](const char* name, FieldDescriptor::CppType expected) {
    const FieldDescriptor* field = type.FindFieldByName(name);
    return field != nullptr && !field->is_repeated() && field->cpp_type() == expected;
  };
  const auto check_time = [&](const char* name) {
    return check(name, FieldDescriptor::CPPTYPE_MESSAGE) &&
           type.FindFieldByName(name)->message_type() == google::protobuf::Timestamp::descriptor();
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

}  // namespace

absl::StatusOr<Registry> Registry::Create(std::vector<ResourceType> types,
                                          std::unique_ptr<Hook> hook) {
  Registry registry;
  registry.hook_ = std::move(hook);
  for (const ResourceType& given : types) {
    if (given.prototype == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(given.type, " has no prototype"));
    }
    RETURN_IF_ERROR(CheckFields(*given.prototype->GetDescriptor()));
    const std::string shape = ShapeOf(given.pattern);
    if (shape.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", given.pattern, "' is no pattern like clusters/{cluster}"));
    }
    ResourceType made = given;
    made.personal_fields = HasPersonalFields(*given.prototype->GetDescriptor());
    const auto [added, is_new] = registry.by_type_.emplace(given.type, std::move(made));
    const ResourceType* type = &added->second;
    if (!is_new || !registry.by_shape_.emplace(shape, type).second ||
        !registry.by_descriptor_.emplace(type->prototype->GetDescriptor(), type).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("the type, pattern or message of '", given.type, "' is registered already"));
    }
  }
  return registry;
}

const ResourceType* Registry::ForName(std::string_view name) const {
  const auto found = by_shape_.find(ShapeOf(name));
  return found == by_shape_.end() ? nullptr : found->second;
}

const ResourceType* Registry::ForType(std::string_view type) const {
  const auto found = by_type_.find(type);
  return found == by_type_.end() ? nullptr : &found->second;
}

const ResourceType* Registry::ForMessage(const Message& message) const {
  const auto found = by_descriptor_.find(message.GetDescriptor());
  return found == by_descriptor_.end() ? nullptr : found->second;
}

std::string_view RootOf(std::string_view name) {
  const size_t first = name.find('/');
  if (first == std::string_view::npos) return name;
  return name.substr(0, name.find('/', first + 1));
}

std::string_view ParentOf(std::string_view name) {
  const size_t id = name.rfind('/');
  if (id == std::string_view::npos || id == 0) return {};
  if (std::ranges::count(name, '/') % 2 == 0) return name.substr(0, id);  // what it has one of
  const size_t collection = name.rfind('/', id - 1);
  return collection == std::string_view::npos ? std::string_view() : name.substr(0, collection);
}

}  // namespace clusterwire::store
