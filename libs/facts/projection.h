#pragma once

#include <any>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "libs/facts/facts.h"
#include "libs/store/registry.h"

namespace clusterwire::facts {

using google::protobuf::Message;

// How one type looks to the outside. Each function is pure; each but `own` may be null, and with
// `own` null too the type has no Facts. `Codes` is what a projection may ask besides its resource:
// the service's code lists as they stood at one revision.
template <store::Resource T, typename Codes>
struct Projection {
  Facts (*own)(const T&, const Codes&) = nullptr;
  // The resources that it is about and inherits from ("its cluster"): its targets. A target's type
  // has no links itself, so a write reaches a target and what links to it, no further.
  std::vector<std::string> (*links)(const T&) = nullptr;
  // What a target aggregates from it: of a label its level.
  void (*aggregate)(const T&, const Codes&, Facts* target) = nullptr;
  std::vector<store::Timer> (*timers)(const T&) = nullptr;
};

// A projection with the code lists of one revision, its C++ types erased. Each may be null.
struct BoundProjection {
  std::function<Facts(const Message&)> own;
  std::function<void(const Message&, Facts* target)> aggregate;
};

// Those of all types of a service, by type. Immutable; shared between threads.
struct Projections {
  std::map<std::string, BoundProjection, std::less<>> types;
  std::any codes;  // std::shared_ptr<const Codes>
};

// A type of resource: what the store knows of it, and its projection.
template <typename Codes>
struct Type : store::ResourceType {
  bool feeds_codes = false;  // its resources are what Rules::read_codes reads
  std::function<BoundProjection(std::shared_ptr<const Codes>)> bind;
};

template <store::Resource T, typename Codes>
Type<Codes> MakeType(std::string type, std::string pattern, Projection<T, Codes> projection = {}) {
  Type<Codes> made;
  static_cast<store::ResourceType&>(made) = store::MakeType<T>(std::move(type), std::move(pattern));
  if (auto* links = projection.links) {
    made.links = [links](const Message& m) { return links(static_cast<const T&>(m)); };
  }
  if (auto* timers = projection.timers) {
    made.timers = [timers](const Message& m) { return timers(static_cast<const T&>(m)); };
  }
  made.bind = [projection](std::shared_ptr<const Codes> codes) {
    BoundProjection bound;
    if (auto* own = projection.own) {
      bound.own = [own, codes](const Message& m) { return own(static_cast<const T&>(m), *codes); };
    }
    if (auto* aggregate = projection.aggregate) {
      bound.aggregate = [aggregate, codes](const Message& m, Facts* target) {
        aggregate(static_cast<const T&>(m), *codes, target);
      };
    }
    return bound;
  };
  return made;
}

}  // namespace clusterwire::facts
