#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/status/error.h"
#include "libs/facts/facts.h"
#include "libs/store/personal.h"
#include "libs/store/reader.h"
#include "libs/store/registry.h"

namespace clusterwire::facts {

using google::protobuf::Message;

// What a projection may ask besides its resource: the service's code lists as they stood at one
// revision. The service derives its own class from this one. Immutable; shared between threads.
using CodeLists = store::Hook::Context;

// How one type looks to the outside. Each function is pure; each but `own` may be null, and with
// `own` null too the type has no Facts.
template <store::Resource T, std::derived_from<CodeLists> Codes>
struct Projection {
  Facts (*own)(const T&, const Codes&) = nullptr;
  // The resources that it is about and inherits from ("its cluster"): its targets. A target's type
  // has no links itself, so a write reaches a target and what links to it, no further.
  std::vector<std::string> (*links)(const T&) = nullptr;
  // What a target aggregates from it: of a label its level.
  void (*aggregate)(const T&, const Codes&, Facts* target) = nullptr;
  // How it inherits from one of its targets, where that differs from Rules::inherit.
  void (*inherit)(const Facts& target, Facts* linked) = nullptr;
  std::vector<store::Timer> (*timers)(const T&) = nullptr;
  // Whether who sees it is its own to say. Otherwise a target that somebody may not see hides what
  // is about it too. From a target that not all of its own may see it inherits nothing.
  bool own_audience = false;
};

// A type of resource: what the store knows of it, and its projection, with its C++ types erased.
struct Type : store::ResourceType {
  bool feeds_codes = false;  // its resources are what Rules::read_codes reads
  bool own_audience = false;
  std::function<Facts(const Message&, const CodeLists&)> own = {};
  std::function<void(const Message&, const CodeLists&, Facts* target)> aggregate = {};
  void (*inherit)(const Facts& target, Facts* linked) = nullptr;
};

// Facts can't say what their projection isn't given: `read` gets no personal fields.
template <typename T, typename Read>
auto WithoutPersonal(const Message& message, bool cut, Read read) {
  const T& all = static_cast<const T&>(message);
  if (!cut) return read(all);
  T shown = all;
  store::CutPersonal(&shown);
  return read(shown);
}

template <store::Resource T, std::derived_from<CodeLists> Codes>
Type MakeType(std::string type, std::string pattern, Projection<T, Codes> projection = {}) {
  Type made{store::MakeType<T>(std::move(type), std::move(pattern))};
  if (auto* links = projection.links) {
    made.links = [links](const Message& m) { return links(static_cast<const T&>(m)); };
  }
  if (auto* timers = projection.timers) {
    made.timers = [timers](const Message& m, const CodeLists*) {
      return timers(static_cast<const T&>(m));
    };
  }
  made.own_audience = projection.own_audience;
  made.inherit = projection.inherit;
  const bool cut = store::HasPersonalFields(*T::descriptor());
  if (auto* own = projection.own) {
    made.own = [own, cut](const Message& m, const CodeLists& codes) {
      return WithoutPersonal<T>(
          m, cut, [&](const T& shown) { return own(shown, static_cast<const Codes&>(codes)); });
    };
  }
  if (auto* aggregate = projection.aggregate) {
    made.aggregate = [aggregate, cut](const Message& m, const CodeLists& codes, Facts* target) {
      WithoutPersonal<T>(m, cut, [&](const T& shown) {
        aggregate(shown, static_cast<const Codes&>(codes), target);
      });
    };
  }
  return made;
}

// What holds for all types of a service.
struct Rules {
  // What is about `target` takes over from it, unless its projection says otherwise.
  std::function<void(const Facts& target, Facts* linked)> inherit;
  // Reads the code lists that the types' projections take; inside a write with what is staged of
  // them.
  std::function<absl::StatusOr<std::shared_ptr<const CodeLists>>(const store::Reader&)> read_codes;
  // What else a write is to change, asked of each resource that it changed, as it was and as it is
  // now (null: it isn't there), and of each that is derived anew: the same object before and
  // after. It puts that, and is asked of it in turn. May be null.
  std::function<absl::Status(store::Writer&, const Message* before, const Message* after)> follow =
      nullptr;
  // Raised by a release that changes a projection: Facts are then rewritten.
  int version = 1;
};

struct Options {
  // Rows about one target or under one parent, and rows that one write hides or, by what it hides,
  // takes content from: all in that write, more are refused.
  int fan_out_limit = 10'000;
  // Rows that become visible to more, or whose content changes, in the write that they follow from;
  // the rest follows in pages.
  int at_once = 1000;
  int refresh_page = 100;  // resources looked at in one transaction of those, and of a refresh
};

// The registry of a store that keeps the Facts of `types`.
absl::StatusOr<store::Registry> MakeRegistry(std::vector<Type> types, Rules rules,
                                             Options options = {});

// The store's setting that holds the revision of the code lists' newest change.
inline constexpr char kCodesRevision[] = "facts.codes_revision";

// The code lists that projections are given in this write, with what its body has staged of them.
template <std::derived_from<CodeLists> Codes>
absl::StatusOr<std::shared_ptr<const Codes>> CodesIn(const store::Writer& writer) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const CodeLists> context, writer.context());
  auto codes = std::dynamic_pointer_cast<const Codes>(context);
  if (codes == nullptr) return absl::InternalError("this store has no code lists of that kind");
  return codes;
}

}  // namespace clusterwire::facts
