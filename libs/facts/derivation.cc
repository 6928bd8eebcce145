#include "libs/facts/derivation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/store/registry.h"

namespace clusterwire::facts {
namespace {

// Parents of parents and their targets; real names have two levels.
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
absl::StatusOr<Audience> AudienceBefore(const BoundProjection& projection,
                                        const store::ResourceRow* row) {
  if (row == nullptr || row->deleted) return Audience::Nobody();
  if (!projection.own) return Audience::Everybody();
  ASSIGN_OR_RETURN(const std::optional<Facts> facts, Parse(row->facts));
  return facts.has_value() ? Audience::Of(*facts) : Audience::Nobody();
}

}  // namespace

absl::StatusOr<std::map<std::string, store::Derived>> Derivation::Run(std::string_view cause) {
  for (const std::string& name : staging_.order()) {
    if (staging_.staged().find(name)->second.changed) Enqueue(name, name);
  }
  for (const std::string& name : staging_.rederived()) Enqueue(name, std::string(cause));
  while (!queue_.empty()) {
    const auto [name, because] = std::move(queue_.front());
    queue_.pop_front();
    RETURN_IF_ERROR(Visit(name, because));
  }
  return std::move(derived_);
}

absl::StatusOr<Derivation::State*> Derivation::StateOf(std::string_view name) {
  if (const auto found = states_.find(name); found != states_.end()) return &found->second;
  State state;
  state.type = staging_.registry().ForName(name);
  if (state.type != nullptr) state.projection = &projections_.types.at(state.type->type);
  const auto staged = staging_.staged().find(name);
  if (staged != staging_.staged().end() && staged->second.changed) {
    state.staged = true;
    state.image = staged->second.image;
    state.live = state.image != nullptr && !store::IsDeleted(*state.image);
  }
  ASSIGN_OR_RETURN(state.row, staging_.cache().Find(name));
  const auto& rederived = staging_.rederived();
  state.rederived = std::find(rederived.begin(), rederived.end(), name) != rederived.end();
  if (!state.staged) state.live = state.row != nullptr && !state.row->deleted;
  if (state.live) {
    RETURN_IF_ERROR(ReadImage(state));
    RETURN_IF_ERROR(ProjectOwn(state));
    RETURN_IF_ERROR(CheckLinks(std::string(name), state));
  }
  return &states_.emplace(name, std::move(state)).first->second;
}

absl::Status Derivation::ReadImage(State& state) const {
  if (state.image != nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(state.image, store::ParseResource(*state.type, state.row->data));
  return absl::OkStatus();
}

absl::Status Derivation::ProjectOwn(State& state) const {
  if (state.type->links) state.links = state.type->links(*state.image);
  if (!state.projection->own) return absl::OkStatus();
  if (!state.staged && !state.rederived && state.row->own_facts.has_value()) {
    ASSIGN_OR_RETURN(state.own, Parse(state.row->own_facts));
    return absl::OkStatus();
  }
  state.own = state.projection->own(*state.image);
  Normalize(&*state.own);
  return absl::OkStatus();
}

absl::Status Derivation::CheckLinks(const std::string& name, const State& state) const {
  if (!state.staged) return absl::OkStatus();
  for (const std::string& link : state.links) {
    const store::ResourceType* type = staging_.registry().ForName(link);
    if (type == nullptr || type->links) {
      return absl::InvalidArgumentError(absl::StrCat(
          name, " names '", link, "' as what it is about, and nothing can be about that"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Audience> Derivation::AudienceByItself(std::string_view name, const State& state,
                                                      int depth) {
  if (!state.live) return Audience::Nobody();
  Audience audience = state.own.has_value() ? Audience::Of(*state.own) : Audience::Everybody();
  const std::string_view parent = store::ParentOf(name);
  if (parent.empty() || staging_.registry().ForName(parent) == nullptr) return audience;
  ASSIGN_OR_RETURN(const Audience above, AudienceOf(parent, depth + 1));
  return audience.And(above);
}

absl::StatusOr<Audience> Derivation::AudienceOf(std::string_view name, int depth) {
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
    audience = audience.And(of_target);
  }
  state->audience = any ? audience : Audience::Nobody();
  return *state->audience;
}

absl::StatusOr<std::optional<Facts>> Derivation::FactsOf(const std::string& name) {
  ASSIGN_OR_RETURN(State * state, StateOf(name));
  if (state->facts.has_value()) return *state->facts;
  ASSIGN_OR_RETURN(const Audience audience, AudienceOf(name));
  std::optional<Facts> facts;
  if (!audience.nobody() && state->own.has_value()) {
    facts = state->own;
    if (state->type->links) {
      RETURN_IF_ERROR(Inherit(*state, &*facts));
    } else {
      RETURN_IF_ERROR(Aggregate(name, audience, &*facts));
    }
    audience.WriteTo(&*facts);
    Normalize(&*facts);
  }
  state->facts = facts;
  return facts;
}

absl::Status Derivation::Inherit(const State& state, Facts* facts) {
  if (!rules_.inherit) return absl::OkStatus();
  for (const std::string& link : state.links) {
    ASSIGN_OR_RETURN(const std::optional<Facts> target, FactsOf(link));
    if (target.has_value()) rules_.inherit(*target, facts);
  }
  return absl::OkStatus();
}

absl::Status Derivation::Aggregate(const std::string& name, const Audience& audience,
                                   Facts* facts) {
  ASSIGN_OR_RETURN(const std::vector<std::string> linked, LinkedTo(name));
  for (const std::string& other : linked) {
    ASSIGN_OR_RETURN(const State* state, StateOf(other));
    if (!state->live || !state->projection->aggregate) continue;
    // Only what everybody who sees the target may see.
    ASSIGN_OR_RETURN(const Audience of_other, AudienceByItself(other, *state, 0));
    if (of_other.Includes(audience)) state->projection->aggregate(*state->image, facts);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Derivation::LinkedTo(const std::string& name) {
  const int64_t limit = options_.fan_out_limit;
  ASSIGN_OR_RETURN(const std::vector<const store::ResourceRow*> rows,
                   staging_.cache().LinkedTo(name, limit + 1));
  if (std::ssize(rows) > limit) return FanOutError(name);
  std::vector<std::string> linked;
  const auto is_staged = [this](const std::string& candidate) {
    const auto found = staging_.staged().find(candidate);
    return found != staging_.staged().end() && found->second.changed;
  };
  for (const store::ResourceRow* row : rows) {
    if (!is_staged(row->name)) linked.push_back(row->name);
  }
  for (const auto& [candidate, staged] : staging_.staged()) {
    if (!staged.changed || !staged.type->links || staged.image == nullptr) continue;
    ASSIGN_OR_RETURN(const State* state, StateOf(candidate));
    if (std::find(state->links.begin(), state->links.end(), name) != state->links.end()) {
      linked.push_back(candidate);
    }
  }
  if (std::ssize(linked) > limit) return FanOutError(name);
  std::sort(linked.begin(), linked.end());
  return linked;
}

absl::Status Derivation::Visit(const std::string& name, const std::string& cause) {
  ASSIGN_OR_RETURN(const State* state, StateOf(name));
  const store::ResourceRow* row = state->row;
  if (row == nullptr && !state->staged) return absl::OkStatus();  // a link to nothing
  ASSIGN_OR_RETURN(const std::optional<Facts> facts, FactsOf(name));
  store::Derived derived{Serialized(state->own), Serialized(facts), state->staged ? "" : cause};
  const bool changed =
      derived.facts != (row == nullptr ? std::optional<std::string>() : row->facts);
  const bool own_same = row != nullptr && derived.own == row->own_facts;
  if (!state->staged && !changed && own_same) return absl::OkStatus();
  // What was asked for isn't what it reaches: else a refresh would never get past a target with as
  // many links as there may be.
  const bool reached = !state->staged && !state->rederived && changed;
  if (reached && ++refreshed_ > options_.fan_out_limit) return FanOutError(name);
  RETURN_IF_ERROR(GoOn(name, *state, changed, cause));
  derived_.emplace(name, std::move(derived));
  return absl::OkStatus();
}

absl::Status Derivation::GoOn(const std::string& name, const State& state, bool facts_changed,
                              const std::string& cause) {
  ASSIGN_OR_RETURN(const Audience before, AudienceBefore(*state.projection, state.row));
  ASSIGN_OR_RETURN(const Audience after, AudienceOf(name));
  const bool audience_changed = before != after;
  if (audience_changed) RETURN_IF_ERROR(GoDown(name, cause));
  if (state.type->links) {
    if (!state.staged && !state.rederived && !audience_changed) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::vector<std::string> links_before, LinksBefore(state));
    for (const std::string& link : links_before) Enqueue(link, cause);
    for (const std::string& link : state.links) Enqueue(link, cause);
    return absl::OkStatus();
  }
  if (!facts_changed) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<std::string> linked, LinkedTo(name));
  for (const std::string& other : linked) Enqueue(other, cause);
  return absl::OkStatus();
}

absl::Status Derivation::GoDown(const std::string& name, const std::string& cause) {
  const int64_t limit = options_.fan_out_limit;
  ASSIGN_OR_RETURN(const std::vector<std::string> under,
                   staging_.cache().rows().NamesUnder(name, limit + 1));
  if (std::ssize(under) > limit) return FanOutError(name);
  for (const std::string& child : under) {
    Enqueue(child, cause);
    // Whether its targets may aggregate from it can change while its own audience stays.
    ASSIGN_OR_RETURN(const State* state, StateOf(child));
    for (const std::string& link : state->links) Enqueue(link, cause);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Derivation::LinksBefore(const State& state) const {
  if (state.row == nullptr || state.row->deleted) return std::vector<std::string>();
  ASSIGN_OR_RETURN(const std::unique_ptr<Message> image,
                   store::ParseResource(*state.type, state.row->data));
  return state.type->links(*image);
}

void Derivation::Enqueue(const std::string& name, const std::string& cause) {
  if (enqueued_.insert(name).second) queue_.emplace_back(name, cause);
}

absl::Status Derivation::FanOutError(std::string_view name) const {
  return Error(absl::StatusCode::kFailedPrecondition, "FAN_OUT",
               absl::StrCat("the write would reach more than ", options_.fan_out_limit,
                            " resources through ", ToAbsl(name),
                            ": change fewer at once, or link fewer to it"),
               {{"resource", std::string(name)}});
}

}  // namespace clusterwire::facts
