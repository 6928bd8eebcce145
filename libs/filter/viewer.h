#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "clusterwire/type/v1/facts.pb.h"

namespace clusterwire::filter {

// Through whose eyes Facts are asked. Facts without an audience everybody sees; others an operator
// sees, and who is one of the named members.
struct Viewer {
  bool operator_ = false;
  // Names of resources, "programmes/go-cluster": what the viewer sees the inside of, what of that
  // they may write, and whose grants they may give. Each is sorted, and the later ones are among
  // the earlier ones. What is seen depends on `members` alone.
  std::vector<std::string> members = {};
  std::vector<std::string> edits = {};
  std::vector<std::string> owns = {};
  // Who it is, opaque; empty for the public.
  std::string subject = {};
  // Of a write: from where it was called, as rpc::AddressOf() says it; for proofs alone.
  std::string network = {};

  static Viewer Public() { return {}; }
  static Viewer Operator() { return {.operator_ = true}; }
  // An owner of the resource `name`.
  static Viewer As(std::string_view name) {
    const std::vector<std::string> names = {std::string(name)};
    return {.members = names, .edits = names, .owns = names};
  }
};

// Whether the viewer may see what has these Facts: the one line that keeps a draft from the public.
// Predicate::Matches asks it first, and Get, List, history and the gates of delivery ask it alone.
inline bool Sees(const Viewer& viewer, const type::v1::Facts& facts) {
  if (viewer.operator_ || !facts.has_audience()) return true;
  return std::ranges::any_of(viewer.members, [&](const std::string& member) {
    const auto& audience = facts.audience().members();
    return std::ranges::find(audience, member) != audience.end();
  });
}

// Leaves of an audience that the viewer is in those of it that it is itself: with whom it shares
// the sight of something is not its to know.
inline void HideOthers(const Viewer& viewer, type::v1::Facts* facts) {
  if (viewer.operator_ || !facts->has_audience()) return;
  auto& members = *facts->mutable_audience()->mutable_members();
  members.erase(std::remove_if(members.begin(), members.end(),
                               [&](const std::string& member) {
                                 return std::ranges::find(viewer.members, member) ==
                                        viewer.members.end();
                               }),
                members.end());
}

}  // namespace clusterwire::filter
