#include "libs/store/write/write_run.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/store/personal.h"

namespace clusterwire::store {
namespace {

// Of the log's rows, before they are written: a body may put many large resources.
constexpr size_t kKeptBytes = size_t{4} << 20;

// A row that a write changes.
struct RowChange {
  const ResourceType* type = nullptr;
  std::string name;
  const Staged* staged = nullptr;    // null: only what is derived from it changes
  const ResourceRow* row = nullptr;  // as it was; null for a created one
  Derived derived;                   // as it is now

  // Whether the log tells it.
  bool logged() const { return staged != nullptr || row->facts != derived.facts; }
};

size_t SizeOf(const std::optional<std::string>& data) {
  return data.has_value() ? data->size() : 0;
}

absl::Status CheckSize(const RowChange& change, int64_t limit) {
  size_t size = SizeOf(change.derived.facts);
  if (change.row != nullptr) size += SizeOf(change.row->facts);
  if (change.staged == nullptr) {
    size += change.row->data.size();
  } else if (change.staged->image != nullptr) {
    size += change.staged->image->ByteSizeLong();
  }
  if (size <= static_cast<size_t>(limit)) return absl::OkStatus();
  return Error(
      absl::StatusCode::kInvalidArgument, "RESOURCE_TOO_LARGE",
      absl::StrCat(change.name, " with its Facts before and after takes ", size, " bytes; at most ",
                   limit, " can be told to others: shorten its texts or lists"),
      {{"resource", change.name}});
}

// The staged ones in their order, then the others in that of their names.
absl::StatusOr<std::vector<RowChange>> ChangesOf(const Staging& staging,
                                                 std::map<std::string, Derived> derived) {
  std::vector<RowChange> changes;
  for (const Staged* staged : staging.Changed()) {
    const auto found = derived.extract(staged->name);
    changes.push_back({staged->type, staged->name, staged, staged->before,
                       found ? std::move(found.mapped()) : Derived()});
  }
  for (auto& [name, one] : derived) {
    ASSIGN_OR_RETURN(const ResourceRow* row, staging.cache().Find(name));
    if (row == nullptr) return absl::InternalError(absl::StrCat(name, " was derived from nothing"));
    changes.push_back({row->type, name, nullptr, row, std::move(one)});
  }
  return changes;
}

// Who is stale from now on, and who no more.
absl::Status KeepStale(const GroupTransaction& group, const WriteOptions& call,
                       const Staging& staging, const std::map<std::string, std::string>& later) {
  for (const auto& [name, cause] : staging.rederived()) {
    RETURN_IF_ERROR(group.stale.Remove(name));
  }
  for (const auto& [name, cause] : later) {
    RETURN_IF_ERROR(group.stale.Add({name, cause, call.quiet}));
  }
  for (const auto& [name, left] : staging.later()) {
    const bool quiet = call.quiet || left.how == Writer::Later::kQuietly;
    RETURN_IF_ERROR(group.stale.Add({name, left.cause, quiet}));
  }
  return absl::OkStatus();
}

// What the log keeps of a resource whose row is `data`; nothing where that is none, or where the
// log holds names alone.
absl::StatusOr<std::optional<std::string>> ImageOf(const ResourceType& type,
                                                   std::optional<std::string> data) {
  if (!data.has_value() || !type.images_in_log) return std::nullopt;
  if (!type.personal_fields) return data;
  ASSIGN_OR_RETURN(const std::unique_ptr<Message> image, ParseResource(type, *data));
  CutPersonal(image.get());
  return SerializeDeterministic(*image);
}

// The tables' row as the body left it, and its links. `data` becomes the row's bytes.
absl::Status Save(GroupTransaction& group, Revision revision, const RowChange& change,
                  std::optional<std::string>* data) {
  const ResourceType& type = *change.type;
  const Message* message = change.staged->image.get();
  const bool deleted = message == nullptr || IsDeleted(*message);
  if (message == nullptr) {
    RETURN_IF_ERROR(group.Flush());
    RETURN_IF_ERROR(group.rows.Remove(change.name));
    RETURN_IF_ERROR(group.log.Forget(change.name));
    RETURN_IF_ERROR(group.requests.Forget(change.name));
  } else {
    *data = SerializeDeterministic(*message);
    RETURN_IF_ERROR(group.rows.Save(
        {&type, change.name, revision, **data, change.derived.own, change.derived.facts, deleted}));
  }
  if (type.links) {
    RETURN_IF_ERROR(group.rows.SetLinks(change.name,
                                        deleted ? std::vector<std::string>() : type.links(*message),
                                        /*fresh=*/change.row == nullptr));
  }
  return absl::OkStatus();
}

// Of what the body changed, and of what is derived anew: what that is derived by may name others.
absl::Status SetTimers(const GroupTransaction& group, const Staging& staging) {
  std::map<std::string, const ResourceType*> due;
  std::set<std::string> fresh;
  for (const Staged* staged : staging.Changed()) {
    due[staged->name] = staged->type;
    if (staged->before == nullptr) fresh.insert(staged->name);
  }
  for (const auto& [name, cause] : staging.rederived()) {
    due[name] = group.registry.ForName(name);
  }
  std::erase_if(due, [](const auto& one) { return one.second == nullptr || !one.second->timers; });
  if (due.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::shared_ptr<const Hook::Context> context, staging.context());
  for (const auto& [name, type] : due) {
    const std::unique_ptr<Message> resource(type->prototype->New());
    const absl::Status found = staging.Load(name, resource.get());
    if (!found.ok() && !absl::IsNotFound(found)) return found;
    const bool gone = !found.ok() || (IsDeleted(*resource) && !type->deleted_has_timers);
    RETURN_IF_ERROR(group.rows.SetTimers(
        name, gone ? std::vector<Timer>() : type->timers(*resource, context.get()), staging.as_of(),
        fresh.contains(name)));
  }
  return absl::OkStatus();
}

absl::Status Apply(GroupTransaction& group, const WriteOptions& call, Position position,
                   const RowChange& change) {
  Change logged;
  std::optional<std::string> data;
  if (change.staged != nullptr) {
    logged.kind = change.staged->kind;
    logged.cause = change.staged->cause;
    RETURN_IF_ERROR(Save(group, position.revision, change, &data));
  } else {
    RETURN_IF_ERROR(group.rows.SaveDerived(change.name, change.derived));
    if (!change.logged()) return absl::OkStatus();
    logged.kind = kFactsRefreshed;
    logged.cause = change.derived.cause;
    data = change.row->data;
  }
  if (change.type->images_in_log) {
    if (change.row != nullptr) logged.facts_before = change.row->facts;
    logged.facts_after = change.derived.facts;
  }
  logged.position = position;
  logged.history = group.history;
  logged.type = change.type->type;
  logged.name = change.name;
  logged.root = RootOf(change.name);
  logged.quiet = call.quiet;
  logged.actor = call.caller;
  logged.trace = call.trace;
  logged.time = group.logged_at;
  ASSIGN_OR_RETURN(std::optional<std::string> image, ImageOf(*change.type, std::move(data)));
  group.log.Append(std::move(logged), std::move(image), &group.log_rows);
  return group.log_rows.bytes < kKeptBytes ? absl::OkStatus() : group.Flush();
}

}  // namespace

absl::StatusOr<Written> RunWrite(GroupTransaction& group, const WriteOptions& call,
                                 const StagingBody& body) {
  if (!call.validate_only) {
    if (Requests::IsAmong(call, group.request_rows)) RETURN_IF_ERROR(group.Flush());
    ASSIGN_OR_RETURN(std::optional<Written> before, group.requests.Find(call, group.now));
    if (before.has_value()) {
      if (call.may_replay && before->answer != nullptr) {
        RETURN_IF_ERROR(call.may_replay(*before->answer));
      }
      return *std::move(before);
    }
  }
  Staging staging(group, call.as_of.value_or(group.now));
  RETURN_IF_ERROR(body(staging));
  RETURN_IF_ERROR(staging.registry().hook().Follow(staging));
  ASSIGN_OR_RETURN(Consequences following, staging.registry().hook().Derive(staging));
  ASSIGN_OR_RETURN(const std::vector<RowChange> changes,
                   ChangesOf(staging, std::move(following.now)));
  Written written{.revision = group.current, .answer = staging.answer()};
  for (const RowChange& change : changes) {
    RETURN_IF_ERROR(CheckSize(change, group.options.change_limit));
    written.changed |= change.logged();
  }
  if (written.changed) ++written.revision.value;
  if (call.validate_only) return written;

  Position position{written.revision};
  for (const RowChange& change : changes) {
    if (change.logged()) ++position.ordinal;
    RETURN_IF_ERROR(Apply(group, call, position, change));
  }
  RETURN_IF_ERROR(SetTimers(group, staging));
  for (const auto& [name, timer] : staging.dropped_timers()) {
    RETURN_IF_ERROR(group.rows.DropTimer(name, timer));
  }
  RETURN_IF_ERROR(KeepStale(group, call, staging, following.later));
  if (written.changed) {
    RETURN_IF_ERROR(group.registry.hook().Applied(staging, written.revision));
    group.current = written.revision;
  }
  group.requests.Keep(call, written, group.now, &group.request_rows);
  group.wrote |= !changes.empty() || !staging.dropped_timers().empty() ||
                 !staging.rederived().empty() || !call.request_id.empty();
  return written;
}

}  // namespace clusterwire::store
