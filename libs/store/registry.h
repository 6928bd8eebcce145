#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/store/hook.h"
#include "libs/store/resource.h"

namespace clusterwire::store {

// A moment at which a write falls due for a resource.
struct Timer {
  absl::Time time;
  std::string what;  // "lapse": the service's own word, unique per resource and time
};

// A type of resource, with its C++ type erased.
struct ResourceType {
  std::string type;                    // "label"
  std::string pattern;                 // "clusters/{cluster}/labels/{label}"
  const Message* prototype = nullptr;  // T::default_instance()
  bool images_in_log = true;           // false for personal data: the log then holds names alone

  // Pure functions; each may be null.
  // The resources that it is about ("its cluster").
  std::function<std::vector<std::string>(const Message&)> links;
  // Moments that matter while the resource stays as it is. Those past when first set are not
  // scheduled; one that a later version no longer names is withdrawn; a deleted resource has none.
  std::function<std::vector<Timer>(const Message&)> timers;
};

template <Resource T>
ResourceType MakeType(std::string type, std::string pattern) {
  ResourceType made;
  made.type = std::move(type);
  made.pattern = std::move(pattern);
  made.prototype = &T::default_instance();
  return made;
}

// All types of a service: the only thing the store knows of them. Built once at start.
class Registry {
 public:
  // INVALID_ARGUMENT when two types collide, a pattern is malformed, or a message lacks a field.
  static absl::StatusOr<Registry> Create(std::vector<ResourceType> types,
                                         std::unique_ptr<Hook> hook = std::make_unique<Hook>());

  // Null when there is none.
  const ResourceType* ForName(std::string_view name) const;
  const ResourceType* ForType(std::string_view type) const;
  const ResourceType* ForMessage(const Message& message) const;
  Hook& hook() const { return *hook_; }

 private:
  Registry() = default;

  std::vector<std::unique_ptr<const ResourceType>> types_;
  std::map<std::string, const ResourceType*, std::less<>> by_shape_;  // "clusters/*/labels/*"
  std::map<std::string, const ResourceType*, std::less<>> by_type_;
  std::map<const google::protobuf::Descriptor*, const ResourceType*> by_descriptor_;
  std::unique_ptr<Hook> hook_;
};

// "clusters/x" of "clusters/x/labels/y": the key that keeps what belongs together in order.
std::string_view RootOf(std::string_view name);
// "clusters/x" of "clusters/x/labels/y"; empty for a root.
std::string_view ParentOf(std::string_view name);

}  // namespace clusterwire::store
