#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/facts/facts.h"
#include "libs/facts/hook.h"
#include "libs/store/write/staging.h"

namespace clusterwire::facts {

// Computes the Facts that follow from what a body staged: aggregate, then inherit.
//
// The Facts of a resource are a pure function of the state: its own; for a target, plus what it
// aggregates from those about it; for those about a target, plus what they inherit from it. So each
// is computed once, from the staged state, in whatever order the walk comes to it. The walk begins
// at the staged resources and goes on from each whose Facts changed: to those about it, to its
// targets, and, when its audience changed, to what lies under it.
class Derivation {
 public:
  Derivation(const store::Staging& staging, const Hook& hook, const CodeLists& codes)
      : staging_(staging), hook_(hook), codes_(codes) {}

  // Of the staged resources that changed, and of the others whose Facts, all or own, changed.
  absl::StatusOr<std::map<std::string, store::Derived>> Run();

 private:
  // A resource in the staged state.
  struct State {
    const Type* type = nullptr;  // null: the service has none for such a name
    bool staged = false;
    bool rederived = false;
    const store::ResourceRow* row = nullptr;
    std::shared_ptr<const Message> image;
    bool live = false;  // exists and isn't deleted; else there is nothing of these
    std::optional<Facts> own;
    std::vector<std::string> links;
    // Once asked for.
    std::optional<Audience> audience;
    std::optional<std::optional<Facts>> facts;
  };

  absl::StatusOr<State*> StateOf(std::string_view name);
  absl::Status Project(std::string_view name, State& state) const;

  // What its own audience and its parent's leave; what its targets leave of that.
  absl::StatusOr<Audience> AudienceByItself(std::string_view name, const State& state, int depth);
  absl::StatusOr<Audience> AudienceOf(std::string_view name, int depth = 0);
  absl::StatusOr<std::optional<Facts>> FactsOf(const std::string& name);
  absl::Status Inherit(const State& state, Facts* facts);
  absl::Status Aggregate(const std::string& name, const Audience& audience, Facts* facts);
  absl::StatusOr<std::vector<std::string>> LinkedTo(const std::string& name);

  absl::Status Visit(const std::string& name, const std::string& cause);
  absl::Status GoOn(const std::string& name, const State& state, bool facts_changed,
                    const std::string& cause);
  absl::Status GoDown(const std::string& name, const std::string& cause);
  void Enqueue(const std::string& name, const std::string& cause);
  absl::Status FanOutError(std::string_view name) const;

  const store::Staging& staging_;
  const Hook& hook_;
  const CodeLists& codes_;
  std::map<std::string, State, std::less<>> states_;
  std::map<std::string, store::Derived> derived_;
  std::set<std::string> enqueued_;
  std::deque<std::pair<std::string, std::string>> queue_;  // name, cause
  int64_t refreshed_ = 0;
};

}  // namespace clusterwire::facts
