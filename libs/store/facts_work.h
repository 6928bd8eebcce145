#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/store/audience.h"
#include "libs/store/codes.h"
#include "libs/store/registry.h"
#include "libs/store/write/staging.h"

namespace clusterwire::store {

// Computes the Facts that follow from what a body staged: gather, then lend.
//
// The Facts of a resource are a pure function of the state: its own; for a pivot, plus what those
// about it give; for those about a pivot, plus what the pivot lends. So each is computed once, from
// the staged state, in whatever order the walk comes to it. The walk begins at the staged resources
// and goes on from each whose Facts changed: to those about it, to its pivots, and, when its
// audience changed, to what lies under it.
class FactsWork {
 public:
  struct Outcome {
    std::optional<std::string> own;
    std::optional<std::string> before;
    std::optional<std::string> after;
    std::string cause;  // the staged resource that it followed from; empty: staged itself
    bool staged = false;
    const ResourceRow* row = nullptr;  // null for a created one
  };

  FactsWork(const Staging& staging, const Registry& registry, const Options& options,
            std::shared_ptr<const Codes> codes);

  // `cause` is what the changes of reprojected resources name.
  absl::Status Run(std::string_view cause);

  // Of the staged resources that changed, and of the others whose Facts, all or own, changed.
  const std::map<std::string, Outcome>& outcomes() const { return outcomes_; }

 private:
  // A resource in the staged state.
  struct State {
    const ResourceType* type = nullptr;
    bool live = false;  // exists and isn't deleted
    bool staged = false;
    bool reprojected = false;
    const ResourceRow* row = nullptr;
    std::shared_ptr<const Message> image;
    std::optional<Facts> own;
    std::vector<std::string> links;
    std::optional<Sight> sight;
    std::optional<std::optional<Facts>> facts;
  };

  absl::StatusOr<State*> StateOf(std::string_view name);
  absl::Status ReadImage(State& state) const;
  absl::Status ProjectOwn(State& state) const;
  absl::Status CheckLinks(const std::string& name, const State& state) const;

  // What its own audience and its parent's leave; what its pivots leave of that.
  absl::StatusOr<Sight> SightWithoutPivots(std::string_view name, State& state, int depth);
  absl::StatusOr<Sight> SightOf(std::string_view name, int depth = 0);
  absl::StatusOr<std::optional<Facts>> FactsOf(const std::string& name);
  absl::Status Borrow(const State& state, Facts* facts);
  absl::Status Gather(const std::string& name, const Sight& sight, Facts* facts);
  absl::StatusOr<std::vector<std::string>> LinkedTo(const std::string& name);

  absl::Status Visit(const std::string& name, const std::string& cause);
  absl::Status GoOn(const std::string& name, const State& state, const Outcome& outcome,
                    const std::string& cause);
  absl::Status GoDown(const std::string& name, const std::string& cause);
  absl::StatusOr<std::vector<std::string>> LinksBefore(const State& state) const;
  void Enqueue(const std::string& name, const std::string& cause);
  absl::Status FanOutError(std::string_view name) const;

  const Staging& staging_;
  const Registry& registry_;
  const Options& options_;
  const std::shared_ptr<const Codes> codes_;
  std::map<std::string, State, std::less<>> states_;
  std::map<std::string, Outcome> outcomes_;
  std::map<std::string, bool> enqueued_;
  std::deque<std::pair<std::string, std::string>> queue_;  // name, cause
  int64_t refreshed_ = 0;
};

}  // namespace clusterwire::store
