#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/facts/hook.h"
#include "libs/facts/walk.h"
#include "libs/store/write/staging.h"

namespace clusterwire::facts {
namespace {

// Parents of parents and their targets; real names have two levels.
constexpr int kDepthLimit = 8;

std::optional<std::string> Serialized(const std::optional<Facts>& facts) {
  if (!facts.has_value()) return std::nullopt;
  return SerializeDeterministic(*facts);
}

// As it was before the write.
absl::StatusOr<Audience> AudienceBefore(const Type& type, const store::ResourceRow* row) {
  if (row == nullptr || row->deleted) return Audience::Nobody();
  if (!type.own) return Audience::Everybody();
  ASSIGN_OR_RETURN(const std::optional<Facts> facts, ParseAudience(row->facts));
  return facts.has_value() ? Audience::Of(*facts) : Audience::Nobody();
}

// Computes the Facts that follow from what a body staged: aggregate, then inherit.
//
// The Facts of a resource are a pure function of the state: its own; for a target, plus what it
// aggregates from those about it; for those about a target, plus what they inherit from it. So each
// is computed once, from the staged state, in any order that the walk takes. The walk begins
// at the staged resources and goes on from each whose Facts changed: to those about it, to its
// targets, and, when its audience changed, to what lies under it.
//
// Where it goes on from something that is hidden now, all of it is of this write. What is left to
// a later write keeps its Facts as they are, so it is seen by no more people than before. It stands
// in the store as stale: its Facts say nothing of what those about it were told, so a walk that
// comes by goes on from it in any case.
class Derivation {
 public:
  Derivation(const store::Staging& staging, const Hook& hook, const CodeLists& codes)
      : staging_(staging), hook_(hook), codes_(codes) {}

  absl::StatusOr<store::Consequences> Run() {
    for (const store::Staged* staged : staging_.Changed()) walk_.Begin(staged->name, staged->name);
    for (const auto& [name, cause] : staging_.rederived()) walk_.Begin(name, cause);
    ASSIGN_OR_RETURN(any_stale_, staging_.stale().HasAny());
    const size_t room = static_cast<size_t>(hook_.options().at_once);
    while (const auto step = walk_.Next(/*others=*/widened_.size() < room)) {
      RETURN_IF_ERROR(Visit(*step));
    }
    return store::Consequences{.now = std::move(derived_), .later = walk_.Rest()};
  }

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
    std::optional<Audience> before;
    std::optional<Audience> audience;
    std::optional<std::optional<Facts>> facts;
  };

  absl::StatusOr<State*> StateOf(std::string_view name) {
    if (const auto found = states_.find(name); found != states_.end()) return &found->second;
    State state;
    const store::ResourceType* type = staging_.registry().ForName(name);
    if (type != nullptr) state.type = &hook_.TypeOf(*type);
    state.rederived = staging_.rederived().contains(name);
    ASSIGN_OR_RETURN(state.row, staging_.cache().Find(name));
    if (const store::Staged* staged = staging_.Changed(name)) {
      state.staged = true;
      state.image = staged->image;
    } else if (state.row != nullptr) {
      ASSIGN_OR_RETURN(state.image, store::ParseResource(*state.type, state.row->data));
    }
    state.live = state.image != nullptr && !store::IsDeleted(*state.image);
    if (state.live) RETURN_IF_ERROR(Project(name, state));
    return &states_.emplace(name, std::move(state)).first->second;
  }

  absl::Status Project(std::string_view name, State& state) const {
    if (state.type->links) state.links = state.type->links(*state.image);
    for (const std::string& link : state.links) {
      const store::ResourceType* type = staging_.registry().ForName(link);
      if (state.staged && (type == nullptr || type->links)) {
        return absl::InvalidArgumentError(
            absl::StrCat(ToAbsl(name), " names '", link,
                         "' as what it is about, and nothing can be about that"));
      }
    }
    if (!state.type->own) return absl::OkStatus();
    if (!state.staged && !state.rederived && state.row->own_facts.has_value()) {
      ASSIGN_OR_RETURN(state.own, Parse(state.row->own_facts));
      return absl::OkStatus();
    }
    state.own = state.type->own(*state.image, codes_);
    Normalize(&*state.own);
    return absl::OkStatus();
  }

  // What its own audience and its parent's leave.
  absl::StatusOr<Audience> AudienceByItself(std::string_view name, const State& state, int depth) {
    if (!state.live) return Audience::Nobody();
    Audience audience = state.own.has_value() ? Audience::Of(*state.own) : Audience::Everybody();
    const std::string_view parent = store::ParentOf(name);
    if (parent.empty() || staging_.registry().ForName(parent) == nullptr) return audience;
    ASSIGN_OR_RETURN(const Audience above, AudienceOf(parent, depth + 1));
    return audience.And(above);
  }

  // What its targets leave of that.
  absl::StatusOr<Audience> AudienceOf(std::string_view name, int depth = 0) {
    if (depth > kDepthLimit) {
      return absl::InternalError(
          absl::StrCat("the audiences of ", ToAbsl(name), " and others depend on each other"));
    }
    ASSIGN_OR_RETURN(State * state, StateOf(name));
    if (state->audience.has_value()) return *state->audience;
    ASSIGN_OR_RETURN(Audience audience, AudienceByItself(name, *state, depth));
    // A deleted target hides nothing that another one still shows.
    bool any = state->links.empty();
    for (const std::string& link : state->links) {
      ASSIGN_OR_RETURN(const Audience of_target, AudienceOf(link, depth + 1));
      if (of_target.nobody()) continue;
      any = true;
      if (!state->type->own_audience) audience = audience.And(of_target);
    }
    state->audience = any ? audience : Audience::Nobody();
    return *state->audience;
  }

  // Lives as long as this.
  absl::StatusOr<const std::optional<Facts>*> FactsOf(const std::string& name) {
    ASSIGN_OR_RETURN(State * state, StateOf(name));
    if (state->facts.has_value()) return &*state->facts;
    ASSIGN_OR_RETURN(const Audience audience, AudienceOf(name));
    std::optional<Facts> facts;
    if (!audience.nobody() && state->own.has_value()) {
      facts = state->own;
      if (state->type->links) {
        for (const std::string& link : state->links) {
          ASSIGN_OR_RETURN(const std::optional<Facts>* target, FactsOf(link));
          ASSIGN_OR_RETURN(const Audience of_target, AudienceOf(link));
          // What its own may not see of the target they don't learn from it.
          if (target->has_value() && of_target.Includes(audience)) {
            hook_.Inherit(*state->type, **target, &*facts);
          }
        }
      } else {
        RETURN_IF_ERROR(Aggregate(name, audience, &*facts));
      }
      audience.WriteTo(&*facts);
      Normalize(&*facts);
    }
    state->facts = std::move(facts);
    return &*state->facts;
  }

  absl::Status Aggregate(const std::string& name, const Audience& audience, Facts* facts) {
    ASSIGN_OR_RETURN(const std::vector<std::string> linked, LinkedTo(name));
    for (const std::string& other : linked) {
      ASSIGN_OR_RETURN(const State* state, StateOf(other));
      if (!state->live || !state->type->aggregate) continue;
      // Only what everybody who sees the target may see.
      ASSIGN_OR_RETURN(const Audience of_other, AudienceByItself(other, *state, 0));
      if (of_other.Includes(audience)) state->type->aggregate(*state->image, codes_, facts);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<std::string>> LinkedTo(const std::string& name) {
    if (const auto known = linked_.find(name); known != linked_.end()) return known->second;
    const int64_t limit = hook_.options().fan_out_limit;
    ASSIGN_OR_RETURN(const std::vector<const store::ResourceRow*> rows,
                     staging_.cache().LinkedTo(name, limit + 1));
    if (std::ssize(rows) > limit) return FanOutError(name);
    std::vector<std::string> linked;
    for (const store::ResourceRow* row : rows) {
      if (staging_.Changed(row->name) == nullptr) linked.push_back(row->name);
    }
    for (const store::Staged* staged : staging_.Changed()) {
      ASSIGN_OR_RETURN(const State* state, StateOf(staged->name));
      if (std::ranges::count(state->links, name) > 0) linked.push_back(staged->name);
    }
    if (std::ssize(linked) > limit) return FanOutError(name);
    std::sort(linked.begin(), linked.end());
    linked_.emplace(name, linked);
    return linked;
  }

  absl::StatusOr<Audience> BeforeOf(State& state) const {
    if (!state.before.has_value()) {
      ASSIGN_OR_RETURN(state.before, AudienceBefore(*state.type, state.row));
    }
    return *state.before;
  }

  // Whether all who see `name`, before the write or after it, see `cause` then or now.
  absl::StatusOr<bool> IsShownWith(const std::string& cause, const std::string& name) {
    ASSIGN_OR_RETURN(State * of_cause, StateOf(cause));
    if (of_cause->type == nullptr) return true;  // no resource
    ASSIGN_OR_RETURN(State * state, StateOf(name));
    ASSIGN_OR_RETURN(const Audience cause_before, BeforeOf(*of_cause));
    ASSIGN_OR_RETURN(const Audience cause_after, AudienceOf(cause));
    ASSIGN_OR_RETURN(const Audience before, BeforeOf(*state));
    ASSIGN_OR_RETURN(const Audience after, AudienceOf(name));
    const auto sees = [&](const Audience& who) {
      return cause_before.Includes(who) || cause_after.Includes(who);
    };
    return sees(before) && sees(after);
  }

  // What the change of one that isn't staged names: what led there, or else another that is about
  // it, as far as all who are told of the change may see that.
  absl::StatusOr<std::string> CauseOf(const Walk::Step& step) {
    ASSIGN_OR_RETURN(const bool shown, IsShownWith(step.cause, step.name));
    if (shown) return step.cause;
    for (const store::Staged* staged : staging_.Changed()) {
      ASSIGN_OR_RETURN(const State* other, StateOf(staged->name));
      if (std::ranges::count(other->links, step.name) == 0) continue;
      ASSIGN_OR_RETURN(const bool other_shown, IsShownWith(staged->name, step.name));
      if (other_shown) return staged->name;
    }
    return "";
  }

  absl::Status Visit(const Walk::Step& step) {
    const std::string& name = step.name;
    ASSIGN_OR_RETURN(const State* state, StateOf(name));
    const store::ResourceRow* row = state->row;
    if (row == nullptr && !state->staged) return absl::OkStatus();  // a link to nothing
    ASSIGN_OR_RETURN(const std::optional<Facts>* facts, FactsOf(name));
    store::Derived derived{Serialized(state->own), Serialized(*facts), ""};
    const bool changed =
        derived.facts != (row == nullptr ? std::optional<std::string>() : row->facts);
    const bool same = !state->staged && !changed && derived.own == row->own_facts;
    ASSIGN_OR_RETURN(const bool stale, IsStale(name));
    if (same && !stale) return absl::OkStatus();
    // What was asked for isn't what it reaches: else a refresh would never get past a target with
    // as many links as there may be.
    if (!state->staged && !state->rederived && changed) RETURN_IF_ERROR(Count(step));
    RETURN_IF_ERROR(GoOn(step, *state, changed, stale));
    if (same) return absl::OkStatus();
    if (!state->staged) {
      ASSIGN_OR_RETURN(derived.cause, CauseOf(step));
    }
    derived_.emplace(name, std::move(derived));
    return absl::OkStatus();
  }

  absl::StatusOr<bool> IsStale(const std::string& name) const {
    if (!any_stale_) return false;
    return staging_.stale().Has(name);
  }

  // One more that the write reaches.
  absl::Status Count(const Walk::Step& step) {
    if (!step.narrows) {
      widened_.insert(step.name);
      return absl::OkStatus();
    }
    widened_.erase(step.name);
    narrowed_.insert(step.name);
    if (std::ssize(narrowed_) <= hook_.options().fan_out_limit) return absl::OkStatus();
    return FanOutError(step.cause);
  }

  absl::Status GoOn(const Walk::Step& step, const State& state, bool facts_changed, bool stale) {
    const std::string& name = step.name;
    ASSIGN_OR_RETURN(const Audience before, AudienceBefore(*state.type, state.row));
    ASSIGN_OR_RETURN(const Audience after, AudienceOf(name));
    const bool audience_changed = before != after || stale;
    // Of a stale one it isn't known who saw what is about it.
    const bool narrows = step.narrows || !after.Includes(before) || (stale && state.staged);
    if (audience_changed) RETURN_IF_ERROR(GoDown(step, narrows));
    if (state.type->links) {
      if (!state.staged && !state.rederived && !audience_changed) return absl::OkStatus();
      if (state.row != nullptr && !state.row->deleted) {
        ASSIGN_OR_RETURN(const auto stored, store::ParseResource(*state.type, state.row->data));
        for (const std::string& link : state.type->links(*stored)) {
          walk_.Enqueue(link, step.cause, narrows);
        }
      }
      for (const std::string& link : state.links) walk_.Enqueue(link, step.cause, narrows);
      return absl::OkStatus();
    }
    if (!facts_changed && !stale) return absl::OkStatus();
    // Beside another target, one that comes back narrows what is about both.
    const bool comes_back = before.nobody() && !after.nobody();
    ASSIGN_OR_RETURN(const std::vector<std::string> linked, LinkedTo(name));
    for (const std::string& other : linked) walk_.Enqueue(other, step.cause, narrows || comes_back);
    return absl::OkStatus();
  }

  absl::Status GoDown(const Walk::Step& step, bool narrows) {
    const int limit = hook_.options().fan_out_limit;
    store::ScanOptions under;
    under.parent = step.name;
    under.limit = limit + 1;
    under.include_deleted = true;
    ASSIGN_OR_RETURN(const std::vector<const store::ResourceRow*> rows,
                     staging_.cache().Scan(under));
    if (std::ssize(rows) > limit) return FanOutError(step.name);
    for (const store::ResourceRow* row : rows) {
      walk_.Enqueue(row->name, step.cause, narrows);
      // Whether its targets may aggregate from it can change while its own audience stays.
      ASSIGN_OR_RETURN(const State* state, StateOf(row->name));
      for (const std::string& link : state->links) walk_.Enqueue(link, step.cause, narrows);
    }
    return absl::OkStatus();
  }

  absl::Status FanOutError(std::string_view name) const {
    return Error(absl::StatusCode::kFailedPrecondition, "FAN_OUT",
                 absl::StrCat("the write would reach more than ", hook_.options().fan_out_limit,
                              " resources under ", ToAbsl(name),
                              " or about it, and may hide as "
                              "many at once: first delete or hide some of those, in parts"),
                 {{"resource", std::string(name)}});
  }

  const store::Staging& staging_;
  const Hook& hook_;
  const CodeLists& codes_;
  std::map<std::string, State, std::less<>> states_;
  std::map<std::string, std::vector<std::string>> linked_;  // to targets, once asked for
  std::map<std::string, store::Derived> derived_;
  Walk walk_;
  bool any_stale_ = false;
  // Reached, though the write didn't name them, and changed.
  std::set<std::string> narrowed_;
  std::set<std::string> widened_;
};

}  // namespace

absl::StatusOr<store::Consequences> Hook::Derive(const store::Staging& staging) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const CodeLists> codes, ContextOf(staging));
  return Derivation(staging, *this, *codes).Run();
}

}  // namespace clusterwire::facts
