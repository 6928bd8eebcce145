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

// A type of resource with its C++ type erased: what the store knows of it, and its projection.
template <typename Codes>
struct Type : store::ResourceType {
  bool feeds_codes = false;  // its resources are what Rules::read_codes reads
  std::function<Facts(const Message&, const Codes&)> own;
  std::function<void(const Message&, const Codes&, Facts*)> aggregate;
};

template <store::Resource T, typename Codes>
Type<Codes> MakeType(std::string type, std::string pattern, Projection<T, Codes> projection = {}) {
  Type<Codes> made;
  static_cast<store::ResourceType&>(made) = store::MakeType<T>(std::move(type), std::move(pattern));
  if (auto* own = projection.own) {
    made.own = [own](const Message& m, const Codes& codes) {
      return own(static_cast<const T&>(m), codes);
    };
  }
  if (auto* aggregate = projection.aggregate) {
    made.aggregate = [aggregate](const Message& m, const Codes& codes, Facts* target) {
      aggregate(static_cast<const T&>(m), codes, target);
    };
  }
  if (auto* links = projection.links) {
    made.links = [links](const Message& m) { return links(static_cast<const T&>(m)); };
  }
  if (auto* timers = projection.timers) {
    made.timers = [timers](const Message& m) { return timers(static_cast<const T&>(m)); };
  }
  return made;
}

// A projection with the code lists of one revision: what a type says of itself, and what its
// targets aggregate from it. Each may be null.
struct BoundProjection {
  std::function<Facts(const Message&)> own;
  std::function<void(const Message&, Facts*)> aggregate;
};

// Those of all types of a service. Immutable; shared between threads.
struct Projections {
  std::map<std::string, BoundProjection, std::less<>> types;
  std::any codes;  // std::shared_ptr<const Codes>

  const BoundProjection& Of(const store::ResourceType& type) const {
    static const BoundProjection kNone;
    const auto found = types.find(type.type);
    return found == types.end() ? kNone : found->second;
  }
};

template <typename Codes>
std::shared_ptr<const Projections> Bind(const std::vector<Type<Codes>>& types,
                                        std::shared_ptr<const Codes> codes) {
  auto bound = std::make_shared<Projections>();
  for (const Type<Codes>& type : types) {
    BoundProjection& projection = bound->types[type.type];
    if (type.own) {
      projection.own = [own = type.own, codes](const Message& m) { return own(m, *codes); };
    }
    if (type.aggregate) {
      projection.aggregate = [aggregate = type.aggregate, codes](const Message& m, Facts* target) {
        aggregate(m, *codes, target);
      };
    }
  }
  bound->codes = std::move(codes);
  return bound;
}

}  // namespace clusterwire::facts
