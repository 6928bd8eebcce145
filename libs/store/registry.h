#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/store/resource.h"

namespace clusterwire::store {

class Staging;
class Store;

// A moment at which a write falls due for a resource.
struct Timer {
  absl::Time time;
  std::string what;  // "lapse": the service's own word, unique per resource and time
};

// What a hook keeps with a resource: bytes that the store doesn't read.
struct Derived {
  std::optional<std::string> own;    // for the hook alone
  std::optional<std::string> facts;  // for readers; the log has it before and after
  std::string cause;  // the staged resource that it followed from; empty when it is staged itself
};

// What follows from a write.
struct Consequences {
  // Of the staged resources that changed, and of all others whose bytes change in this write.
  std::map<std::string, Derived> now;
  // Others, by name, that a later write is to derive, each with the staged resource that it follows
  // from. They stay as they are until then, and are stale.
  std::map<std::string, std::string> later;
};

// What a service derives from its resources inside each write. One for each store. This one derives
// nothing.
//
// Context, Follow, Derive, Applied and Aborted run on the thread that leads a group of writes, one
// group at a time; the others on any thread.
class Hook {
 public:
  // For those who know the hook: what it derives by.
  struct Context {
    virtual ~Context() = default;
  };

  virtual ~Hook() = default;

  // What Writer::context() gives to a body that has staged this.
  virtual absl::StatusOr<std::shared_ptr<const Context>> ContextOf(const Staging&) {
    return nullptr;
  }
  // What a body staged may lead to changes of other resources, which this puts too: they are of the
  // same write, as if the body had put them. An error refuses the write.
  virtual absl::Status Follow(Staging&) { return absl::OkStatus(); }
  // What follows from what a body staged. What it reads, it reads through the staging's rows, which
  // know it from then on.
  virtual absl::StatusOr<Consequences> Derive(const Staging&) { return Consequences(); }
  // It has been applied to the tables, under this revision.
  virtual absl::Status Applied(const Staging&, Revision) { return absl::OkStatus(); }
  // Nothing of what was applied since the last commit is known to last.
  virtual void Aborted() {}

  // Names under which the log finds a change with these bytes before or after, besides its own.
  virtual std::set<std::string> NamesIn(const std::string& /*facts*/) const { return {}; }
  // Derives the next page anew of what is stale, or where what it was derived by has changed; false
  // when nothing is left to do.
  virtual absl::StatusOr<bool> RefreshPage(Store&) { return false; }
};

// A type of resource, with its C++ type erased.
struct ResourceType {
  std::string type;                    // "label"
  std::string pattern;                 // "clusters/{cluster}/labels/{label}"
  const Message* prototype = nullptr;  // T::default_instance()
  bool images_in_log = true;           // false for personal data: the log then holds names alone
  bool personal_fields = false;        // whether it has any (personal.h); the registry says it

  // Pure functions; each may be null.
  // The resources that it is about ("its cluster").
  std::function<std::vector<std::string>(const Message&)> links = {};
  // Moments that matter while the resource stays as it is, also by what the hook derives by (null:
  // it has nothing). Asked when the resource is written or derived anew. Those past when first set
  // are not scheduled; one that is no longer named is withdrawn; a deleted resource has none,
  // unless the type says so.
  std::function<std::vector<Timer>(const Message&, const Hook::Context*)> timers = {};
  bool deleted_has_timers = false;
};

template <Resource T>
ResourceType MakeType(std::string type, std::string pattern) {
  return {std::move(type), std::move(pattern), &T::default_instance()};
}

// All types of a service and its hook: the only thing the store knows of them. Built once at start.
class Registry {
 public:
  // INVALID_ARGUMENT when two types collide, a pattern is malformed, or a message lacks a field.
  static absl::StatusOr<Registry> Create(std::vector<ResourceType> types,
                                         std::unique_ptr<Hook> hook = std::make_unique<Hook>());

  // Null when there is none.
  const ResourceType* ForName(std::string_view name) const;
  const ResourceType* ForType(std::string_view type) const;
  const ResourceType* ForMessage(const Message& message) const;
  const std::map<std::string, const ResourceType, std::less<>>& types() const { return by_type_; }
  Hook& hook() const { return *hook_; }

 private:
  Registry() = default;

  std::map<std::string, const ResourceType, std::less<>> by_type_;
  // Into by_type_.
  std::map<std::string, const ResourceType*, std::less<>> by_shape_;  // "clusters/*/labels/*"
  std::map<const google::protobuf::Descriptor*, const ResourceType*> by_descriptor_;
  std::unique_ptr<Hook> hook_;
};

// "clusters/x" of "clusters/x/labels/y": the key that keeps what belongs together in order.
std::string_view RootOf(std::string_view name);
// "clusters/x" of "clusters/x/labels/y", "programmes/p/memberships/m" of what that has one of,
// "programmes/p/memberships/m/standing"; empty for a root.
std::string_view ParentOf(std::string_view name);

}  // namespace clusterwire::store
