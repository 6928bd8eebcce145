#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/type/v1/facts.pb.h"

#include "libs/store/codes.h"
#include "libs/store/resource.h"

namespace clusterwire::store {

class Reader;
using Facts = type::v1::Facts;

// A moment at which a write falls due for a resource.
struct Timer {
  absl::Time time;
  std::string what;   // "lapse": the service's own word, unique per resource and time
  absl::Time use_by;  // later than this it isn't worth firing
};

// How one type looks to the outside. Each function is pure; each but `own` may be null, and with
// `own` null too the type has no Facts.
template <Resource T>
struct Projection {
  Facts (*own)(const T&, const Codes&) = nullptr;
  // The resources it is about and borrows from ("its cluster"): the pivots. A pivot's type has no
  // links itself, so a write reaches a pivot and what links to it, no further.
  std::vector<std::string> (*links)(const T&) = nullptr;
  // What it adds to the Facts of its pivots: a label its level.
  void (*give)(const T&, const Codes&, Facts* pivot) = nullptr;
  // Moments that matter while the resource stays as it is. Those past when first set are not
  // scheduled; one that a later version no longer names is withdrawn; a deleted resource has none.
  std::vector<Timer> (*timers)(const T&) = nullptr;
};

// A type of resource, with its C++ type erased.
struct ResourceType {
  std::string type;                    // "label"
  std::string pattern;                 // "clusters/{cluster}/labels/{label}"
  const Message* prototype = nullptr;  // T::default_instance()
  bool images_in_log = true;           // false for personal data: the log then holds names alone
  bool feeds_codes = false;            // its resources are what make_codes reads

  std::function<Facts(const Message&, const Codes&)> own;
  std::function<std::vector<std::string>(const Message&)> links;
  std::function<void(const Message&, const Codes&, Facts*)> give;
  std::function<std::vector<Timer>(const Message&)> timers;
};

template <Resource T>
ResourceType MakeType(std::string type, std::string pattern, Projection<T> projection = {}) {
  ResourceType made;
  made.type = std::move(type);
  made.pattern = std::move(pattern);
  made.prototype = &T::default_instance();
  if (auto* own = projection.own) {
    made.own = [own](const Message& m, const Codes& codes) {
      return own(static_cast<const T&>(m), codes);
    };
  }
  if (auto* links = projection.links) {
    made.links = [links](const Message& m) { return links(static_cast<const T&>(m)); };
  }
  if (auto* give = projection.give) {
    made.give = [give](const Message& m, const Codes& codes, Facts* pivot) {
      give(static_cast<const T&>(m), codes, pivot);
    };
  }
  if (auto* timers = projection.timers) {
    made.timers = [timers](const Message& m) { return timers(static_cast<const T&>(m)); };
  }
  return made;
}

// What holds for all types of a service.
struct Rules {
  // The one definition of borrowing: what whoever is about `pivot` takes over from it.
  std::function<void(const Facts& pivot, Facts* linked)> lend;
  // Reads the code lists. Called inside a write when a resource that feeds them was written.
  std::function<absl::StatusOr<std::shared_ptr<const Codes>>(const Reader&)> make_codes;
  // Raised by a release that changes a projection: Facts are then rewritten.
  int projection_version = 1;
};

// All types of a service: the only thing the store knows of them. Built once at start.
class Registry {
 public:
  // INVALID_ARGUMENT when two types collide, a pattern is malformed, or a message lacks a field.
  static absl::StatusOr<Registry> Create(std::vector<ResourceType> types, Rules rules = {});

  // Null when there is none.
  const ResourceType* ForName(std::string_view name) const;
  const ResourceType* ForType(std::string_view type) const;
  const ResourceType* ForMessage(const Message& message) const;
  const Rules& rules() const { return rules_; }
  const std::vector<std::string>& feeding_codes() const { return feeding_codes_; }

 private:
  Registry() = default;

  std::vector<std::unique_ptr<const ResourceType>> types_;
  std::map<std::string, const ResourceType*, std::less<>> by_shape_;  // "clusters/*/labels/*"
  std::map<std::string, const ResourceType*, std::less<>> by_type_;
  std::map<const google::protobuf::Descriptor*, const ResourceType*> by_descriptor_;
  std::vector<std::string> feeding_codes_;
  Rules rules_;
};

// "clusters/x" of "clusters/x/labels/y": the key that keeps what belongs together in order.
std::string_view RootOf(std::string_view name);
// "clusters/x" of "clusters/x/labels/y"; empty for a root.
std::string_view ParentOf(std::string_view name);

}  // namespace clusterwire::store
