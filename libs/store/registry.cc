#include "libs/store/registry.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::store {
namespace {

// "clusters/*/labels/*" of a name or a pattern; empty when it isn't pairs of collection and id.
std::string ShapeOf(std::string_view name) {
  std::string shape;
  const std::vector<std::string_view> segments = NameSegments(name);
  for (size_t i = 0; i < segments.size(); i += 2) {
    absl::StrAppend(&shape, i == 0 ? "" : "/", ToAbsl(segments[i]), "/*");
  }
  return shape;
}

}  // namespace

absl::StatusOr<Registry> Registry::Create(std::vector<ResourceType> types,
                                          std::unique_ptr<Hook> hook) {
  Registry registry;
  registry.hook_ = std::move(hook);
  for (ResourceType& given : types) {
    if (given.prototype == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(given.type, " has no prototype"));
    }
    RETURN_IF_ERROR(CheckResourceType(*given.prototype->GetDescriptor()));
    const std::string shape = ShapeOf(given.pattern);
    if (shape.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", given.pattern, "' is no pattern like clusters/{cluster}"));
    }
    auto type = std::make_unique<const ResourceType>(std::move(given));
    if (!registry.by_shape_.emplace(shape, type.get()).second ||
        !registry.by_type_.emplace(type->type, type.get()).second ||
        !registry.by_descriptor_.emplace(type->prototype->GetDescriptor(), type.get()).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("the type, pattern or message of '", type->type, "' is registered already"));
    }
    registry.types_.push_back(std::move(type));
  }
  return registry;
}

const ResourceType* Registry::ForName(std::string_view name) const {
  const auto found = by_shape_.find(ShapeOf(name));
  return found == by_shape_.end() ? nullptr : found->second;
}

const ResourceType* Registry::ForType(std::string_view type) const {
  const auto found = by_type_.find(type);
  return found == by_type_.end() ? nullptr : found->second;
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
  const size_t collection = name.rfind('/', id - 1);
  return collection == std::string_view::npos ? std::string_view() : name.substr(0, collection);
}

}  // namespace clusterwire::store
