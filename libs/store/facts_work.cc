#include "libs/store/facts_work.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

#include "libs/base/status/error.h"
#include "libs/base/status/status_macros.h"
#include "libs/base/text/strings.h"
#include "libs/store/store.h"

namespace clusterwire::store {
namespace {

// Parents of parents and their pivots; real names have two levels.
constexpr int kDepthLimit = 8;

// Each list of texts in Facts is a set.
void Normalize(Facts* facts) {
  const auto* reflection = facts->GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(*facts, &fields);
  for (const auto* field : fields) {
    if (!field->is_repeated() ||
        field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_STRING) {
      continue;
    }
    std::vector<std::string> values;
    for (int i = 0; i < reflection->FieldSize(*facts, field); ++i) {
      values.push_back(reflection->GetRepeatedString(*facts, field, i));
    }
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    reflection->ClearField(facts, field);
    for (std::string& value : values) reflection->AddString(facts, field, std::move(value));
  }
}

std::optional<std::string> Serialized(const std::optional<Facts>& facts) {
  if (!facts.has_value()) return std::nullopt;
  return SerializeDeterministic(*facts);
}

// As it was before the write.
absl::StatusOr<Sight> SightBefore(const ResourceType& type, const ResourceRow* row) {
  if (row == nullptr || row->deleted) return Sight::Nobody();
  if (!type.own) return Sight::Everybody();
  ASSIGN_OR_RETURN(const std::optional<Facts> facts, ParseFacts(row->facts));
  return facts.has_value() ? Sight::Of(*facts) : Sight::Nobody();
}

}  // namespace

FactsWork::FactsWork(const Staging& staging, const Registry& registry, const Options& options,
                     std::shared_ptr<const Codes> codes)
    : staging_(staging), registry_(registry), options_(options), codes_(std::move(codes)) {}

absl::Status FactsWork::Run(std::string_view cause) {
  for (const std::string& name : staging_.order()) {
    if (staging_.staged().find(name)->second.changed) Enqueue(name, name);
  }
  for (const std::string& name : staging_.reprojected()) Enqueue(name, std::string(cause));
  while (!queue_.empty()) {
    const auto [name, because] = std::move(queue_.front());
    queue_.pop_front();
    RETURN_IF_ERROR(Visit(name, because));
  }
  return absl::OkStatus();
}

absl::StatusOr<FactsWork::State*> FactsWork::StateOf(std::string_view name) {
  if (const auto found = states_.find(name); found != states_.end()) return &found->second;
  State state;
  state.type = registry_.ForName(name);
  const auto staged = staging_.staged().find(name);
  if (staged != staging_.staged().end() && staged->second.changed) {
    state.staged = true;
    state.image = staged->second.image;
    state.live = state.image != nullptr && !IsDeleted(*state.image);
  }
  ASSIGN_OR_RETURN(state.row, staging_.cache().Find(name));
  const auto& reprojected = staging_.reprojected();
  state.reprojected = std::find(reprojected.begin(), reprojected.end(), name) != reprojected.end();
  if (!state.staged) state.live = state.row != nullptr && !state.row->deleted;
  if (state.live) {
    RETURN_IF_ERROR(ReadImage(state));
    RETURN_IF_ERROR(ProjectOwn(state));
    RETURN_IF_ERROR(CheckLinks(std::string(name), state));
  }
  return &states_.emplace(name, std::move(state)).first->second;
}

absl::Status FactsWork::ReadImage(State& state) const {
  if (state.image != nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(state.image, ParseResource(*state.type, state.row->data));
  return absl::OkStatus();
}

absl::Status FactsWork::ProjectOwn(State& state) const {
  if (state.type->links) state.links = state.type->links(*state.image);
  if (!state.type->own) return absl::OkStatus();
  if (!state.staged && !state.reprojected && state.row->own_facts.has_value()) {
    ASSIGN_OR_RETURN(state.own, ParseFacts(state.row->own_facts));
    return absl::OkStatus();
  }
  state.own = state.type->own(*state.image, *codes_);
  Normalize(&*state.own);
  return absl::OkStatus();
}

absl::Status FactsWork::CheckLinks(const std::string& name, const State& state) const {
  if (!state.staged) return absl::OkStatus();
  for (const std::string& link : state.links) {
    const ResourceType* type = registry_.ForName(link);
    if (type == nullptr || type->links) {
      return absl::InvalidArgumentError(absl::StrCat(
          name, " names '", link, "' as what it is about, which is no resource that lends"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Sight> FactsWork::SightWithoutPivots(std::string_view name, State& state,
                                                    int depth) {
  if (!state.live) return Sight::Nobody();
  Sight sight = state.own.has_value() ? Sight::Of(*state.own) : Sight::Everybody();
  const std::string_view parent = ParentOf(name);
  if (parent.empty() || registry_.ForName(parent) == nullptr) return sight;
  ASSIGN_OR_RETURN(const Sight above, SightOf(parent, depth + 1));
  return sight.And(above);
}

absl::StatusOr<Sight> FactsWork::SightOf(std::string_view name, int depth) {
  if (depth > kDepthLimit) {
    return absl::InternalError(
        absl::StrCat("the audiences of ", ToAbsl(name), " and others depend on each other"));
  }
  ASSIGN_OR_RETURN(State * state, StateOf(name));
  if (state->sight.has_value()) return *state->sight;
  ASSIGN_OR_RETURN(Sight sight, SightWithoutPivots(name, *state, depth));
  // A deleted pivot hides nothing that another one still shows.
  bool any = state->links.empty();
  for (const std::string& link : state->links) {
    ASSIGN_OR_RETURN(const Sight pivot, SightOf(link, depth + 1));
    if (pivot.nobody()) continue;
    any = true;
    sight = sight.And(pivot);
  }
  state->sight = any ? sight : Sight::Nobody();
  return *state->sight;
}

absl::StatusOr<std::optional<Facts>> FactsWork::FactsOf(const std::string& name) {
  ASSIGN_OR_RETURN(State * state, StateOf(name));
  if (state->facts.has_value()) return *state->facts;
  ASSIGN_OR_RETURN(const Sight sight, SightOf(name));
  std::optional<Facts> facts;
  if (!sight.nobody() && state->own.has_value()) {
    facts = state->own;
    if (state->type->links) {
      RETURN_IF_ERROR(Borrow(*state, &*facts));
    } else {
      RETURN_IF_ERROR(Gather(name, sight, &*facts));
    }
    sight.WriteTo(&*facts);
    Normalize(&*facts);
  }
  state->facts = facts;
  return facts;
}

absl::Status FactsWork::Borrow(const State& state, Facts* facts) {
  if (!registry_.rules().lend) return absl::OkStatus();
  for (const std::string& link : state.links) {
    ASSIGN_OR_RETURN(const std::optional<Facts> pivot, FactsOf(link));
    if (pivot.has_value()) registry_.rules().lend(*pivot, facts);
  }
  return absl::OkStatus();
}

absl::Status FactsWork::Gather(const std::string& name, const Sight& sight, Facts* facts) {
  ASSIGN_OR_RETURN(const std::vector<std::string> linked, LinkedTo(name));
  for (const std::string& giver : linked) {
    ASSIGN_OR_RETURN(State * state, StateOf(giver));
    if (!state->live || !state->type->give) continue;
    // Only what everybody who sees the pivot may see.
    ASSIGN_OR_RETURN(const Sight of_giver, SightWithoutPivots(giver, *state, 0));
    if (of_giver.Includes(sight)) state->type->give(*state->image, *codes_, facts);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> FactsWork::LinkedTo(const std::string& name) {
  const int64_t limit = options_.fan_out_limit;
  ASSIGN_OR_RETURN(std::vector<ResourceRow> rows,
                   staging_.cache().rows().LinkedTo(name, limit + 1));
  if (static_cast<int64_t>(rows.size()) > limit) return FanOutError(name);
  std::vector<std::string> linked;
  const auto is_staged = [this](const std::string& candidate) {
    const auto found = staging_.staged().find(candidate);
    return found != staging_.staged().end() && found->second.changed;
  };
  for (ResourceRow& row : rows) {
    if (is_staged(row.name)) continue;
    linked.push_back(row.name);
    staging_.cache().Add(std::move(row));
  }
  for (const auto& [candidate, staged] : staging_.staged()) {
    if (!staged.changed || !staged.type->links || staged.image == nullptr) continue;
    ASSIGN_OR_RETURN(const State* state, StateOf(candidate));
    if (std::find(state->links.begin(), state->links.end(), name) != state->links.end()) {
      linked.push_back(candidate);
    }
  }
  if (static_cast<int64_t>(linked.size()) > limit) return FanOutError(name);
  std::sort(linked.begin(), linked.end());
  return linked;
}

absl::Status FactsWork::Visit(const std::string& name, const std::string& cause) {
  ASSIGN_OR_RETURN(const State* state, StateOf(name));
  if (state->row == nullptr && !state->staged) return absl::OkStatus();  // a link to nothing
  ASSIGN_OR_RETURN(const std::optional<Facts> facts, FactsOf(name));
  Outcome outcome;
  outcome.staged = state->staged;
  outcome.cause = state->staged ? "" : cause;
  outcome.row = state->row;
  outcome.own = Serialized(state->own);
  outcome.after = Serialized(facts);
  if (state->row != nullptr) outcome.before = state->row->facts;
  const bool same = outcome.before == outcome.after;
  const bool own_same = state->row != nullptr && outcome.own == state->row->own_facts;
  if (!state->staged && same && own_same) return absl::OkStatus();
  // What was asked for isn't what it reaches: else a refresh would never get past a full pivot.
  const bool reached = !state->staged && !state->reprojected && !same;
  if (reached && ++refreshed_ > options_.fan_out_limit) return FanOutError(name);
  RETURN_IF_ERROR(GoOn(name, *state, outcome, cause));
  outcomes_.emplace(name, std::move(outcome));
  return absl::OkStatus();
}

absl::Status FactsWork::GoOn(const std::string& name, const State& state, const Outcome& outcome,
                             const std::string& cause) {
  ASSIGN_OR_RETURN(const Sight before, SightBefore(*state.type, state.row));
  ASSIGN_OR_RETURN(const Sight after, SightOf(name));
  const bool sight_changed = before != after;
  if (sight_changed) RETURN_IF_ERROR(GoDown(name, cause));
  if (state.type->links) {
    if (!state.staged && !state.reprojected && !sight_changed) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::vector<std::string> links_before, LinksBefore(state));
    for (const std::string& link : links_before) Enqueue(link, cause);
    for (const std::string& link : state.links) Enqueue(link, cause);
    return absl::OkStatus();
  }
  if (outcome.before == outcome.after) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<std::string> linked, LinkedTo(name));
  for (const std::string& other : linked) Enqueue(other, cause);
  return absl::OkStatus();
}

absl::Status FactsWork::GoDown(const std::string& name, const std::string& cause) {
  const int64_t limit = options_.fan_out_limit;
  ASSIGN_OR_RETURN(const std::vector<std::string> under,
                   staging_.cache().rows().NamesUnder(name, limit + 1));
  if (static_cast<int64_t>(under.size()) > limit) return FanOutError(name);
  for (const std::string& child : under) {
    Enqueue(child, cause);
    // Whether it may give to its pivots can change while its own audience stays.
    ASSIGN_OR_RETURN(const State* state, StateOf(child));
    for (const std::string& link : state->links) Enqueue(link, cause);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> FactsWork::LinksBefore(const State& state) const {
  if (state.row == nullptr || state.row->deleted) return std::vector<std::string>();
  ASSIGN_OR_RETURN(const std::unique_ptr<Message> image,
                   ParseResource(*state.type, state.row->data));
  return state.type->links(*image);
}

void FactsWork::Enqueue(const std::string& name, const std::string& cause) {
  if (enqueued_.emplace(name, true).second) queue_.emplace_back(name, cause);
}

absl::Status FactsWork::FanOutError(std::string_view name) const {
  return Error(absl::StatusCode::kFailedPrecondition, "FAN_OUT",
               absl::StrCat("the write would reach more than ", options_.fan_out_limit,
                            " resources through ", ToAbsl(name),
                            ": change fewer at once, or link fewer to it"),
               {{"resource", std::string(name)}});
}

}  // namespace clusterwire::store
