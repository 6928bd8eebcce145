#include "libs/store/write/write_run.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"

namespace clusterwire::store {
namespace {

size_t SizeOf(const std::optional<std::string>& data) {
  return data.has_value() ? data->size() : 0;
}

// What the log may hold of an image or of Facts.
std::optional<std::string> ForLog(const ResourceType& type, std::optional<std::string> data) {
  if (!type.images_in_log) return std::nullopt;
  return data;
}

}  // namespace

absl::Status GroupTransaction::Lock() {
  const bool sqlite = connection.dialect() == sql::Dialect::kSqlite;
  ASSIGN_OR_RETURN(const sql::Result locked,
                   connection.Query(sqlite ? "SELECT value FROM revision"
                                           : "SELECT value FROM revision FOR UPDATE"));
  ASSIGN_OR_RETURN(const sql::Result newest,
                   connection.Query("SELECT id FROM history ORDER BY first_revision DESC LIMIT 1"));
  if (locked.rows.empty() || newest.rows.empty()) {
    return absl::InternalError("the tables of the store hold no revision or no history");
  }
  current.value = locked.rows[0].Int(0);
  history = newest.rows[0].Text(0);
  return absl::OkStatus();
}

absl::StatusOr<Written> WriteRun::Run(const StagingBody& body, std::string_view cause) {
  if (!call_.validate_only) {
    ASSIGN_OR_RETURN(std::optional<Written> before, group_.requests.Find(call_, group_.now));
    if (before.has_value()) return *std::move(before);
  }
  return RunBody(body, cause);
}

absl::StatusOr<Written> WriteRun::RunBody(const StagingBody& body, std::string_view cause) {
  next_.value = group_.current.value + 1;
  Staging staging(group_.rows, group_.registry, group_.options, group_.current, group_.now);
  RETURN_IF_ERROR(body(staging));
  ASSIGN_OR_RETURN(const std::vector<RowChange> changes, Derive(staging, cause));
  RETURN_IF_ERROR(CheckSizes(changes));
  const bool changed = std::any_of(changes.begin(), changes.end(), [](const RowChange& change) {
    return change.staged != nullptr || change.row->facts != change.derived.facts;
  });
  Written written = Describe(staging, changed);
  if (call_.validate_only) return written;

  RETURN_IF_ERROR(Apply(staging, changes));
  RETURN_IF_ERROR(group_.registry.hook().Applied(staging, next_, group_.settings));
  if (changed) group_.current = next_;
  RETURN_IF_ERROR(group_.requests.Keep(call_, written, group_.now));
  group_.wrote |=
      !changes.empty() || !staging.dropped_timers().empty() || !call_.request_id.empty();
  return written;
}

// The staged ones in their order, then the others in that of their names.
absl::StatusOr<std::vector<RowChange>> WriteRun::Derive(const Staging& staging,
                                                        std::string_view cause) {
  ASSIGN_OR_RETURN(auto derived, group_.registry.hook().Derive(staging, cause));
  std::vector<RowChange> changes;
  for (const std::string& name : staging.order()) {
    const Staged& staged = staging.staged().find(name)->second;
    if (!staged.changed) continue;
    const ResourceRow* row = staged.before.has_value() ? &*staged.before : nullptr;
    const auto found = derived.extract(name);
    changes.push_back({name, &staged, row, found ? std::move(found.mapped()) : Derived()});
  }
  for (auto& [name, one] : derived) {
    ASSIGN_OR_RETURN(const ResourceRow* row, staging.cache().Find(name));
    if (row == nullptr) return absl::InternalError(absl::StrCat(name, " was derived from nothing"));
    changes.push_back({name, nullptr, row, std::move(one)});
  }
  return changes;
}

absl::Status WriteRun::CheckSizes(const std::vector<RowChange>& changes) const {
  for (const RowChange& change : changes) {
    size_t size = SizeOf(change.derived.facts);
    if (change.row != nullptr) size += SizeOf(change.row->facts);
    if (change.staged == nullptr) {
      size += change.row->data.size();
    } else if (change.staged->image != nullptr) {
      size += change.staged->image->ByteSizeLong();
    }
    if (size <= static_cast<size_t>(group_.options.change_limit)) continue;
    return Error(absl::StatusCode::kInvalidArgument, "RESOURCE_TOO_LARGE",
                 absl::StrCat(change.name, " with its Facts before and after takes ", size,
                              " bytes; at most ", group_.options.change_limit,
                              " can be told to others: shorten its texts or lists"),
                 {{"resource", change.name}});
  }
  return absl::OkStatus();
}

Written WriteRun::Describe(const Staging& staging, bool changed) const {
  Written written;
  written.revision = changed ? next_ : group_.current;
  written.changed = changed;
  for (const std::string& name : staging.order()) {
    const Staged& staged = staging.staged().find(name)->second;
    if (!staged.put || staged.image == nullptr) continue;
    written.answer = staged.image;
    break;
  }
  return written;
}

absl::Status WriteRun::Apply(const Staging& staging, const std::vector<RowChange>& changes) {
  for (const RowChange& change : changes) {
    RETURN_IF_ERROR(change.staged != nullptr ? ApplyStaged(change) : ApplyDerived(change));
  }
  for (const auto& [name, timer] : staging.dropped_timers()) {
    RETURN_IF_ERROR(group_.rows.DropTimer(name, timer));
  }
  if (ordinal_ == 0) return absl::OkStatus();
  return group_.connection.Execute("UPDATE revision SET value = $1", {next_.value});
}

absl::Status WriteRun::ApplyStaged(const RowChange& change) {
  const Staged& staged = *change.staged;
  const ResourceType& type = *staged.type;
  ChangeRow logged;
  logged.type = staged.type;
  logged.name = change.name;
  logged.kind = staged.kind;
  if (change.row != nullptr) logged.facts_before = ForLog(type, change.row->facts);
  logged.facts_after = ForLog(type, change.derived.facts);
  std::vector<std::string> links;
  std::vector<Timer> timers;
  if (staged.image == nullptr) {
    RETURN_IF_ERROR(group_.rows.Remove(change.name));
    RETURN_IF_ERROR(group_.log.Forget(change.name));
    RETURN_IF_ERROR(group_.requests.Forget(change.name));
  } else {
    const bool deleted = IsDeleted(*staged.image);
    const std::string data = SerializeDeterministic(*staged.image);
    RETURN_IF_ERROR(group_.rows.Save({staged.type, change.name, next_, data, change.derived.own,
                                      change.derived.facts, deleted}));
    logged.after = ForLog(type, data);
    if (!deleted && type.links) links = type.links(*staged.image);
    if (!deleted && type.timers) timers = type.timers(*staged.image);
  }
  if (type.links) RETURN_IF_ERROR(group_.rows.SetLinks(change.name, links));
  if (type.timers) RETURN_IF_ERROR(group_.rows.SetTimers(change.name, timers, group_.now));
  return Append(std::move(logged));
}

absl::Status WriteRun::ApplyDerived(const RowChange& change) {
  const ResourceType& type = *change.row->type;
  RETURN_IF_ERROR(group_.rows.SaveDerived(change.name, change.derived));
  if (change.row->facts == change.derived.facts) return absl::OkStatus();
  ChangeRow logged;
  logged.type = &type;
  logged.name = change.name;
  logged.kind = kFactsRefreshed;
  logged.after = ForLog(type, change.row->data);
  logged.facts_before = ForLog(type, change.row->facts);
  logged.facts_after = ForLog(type, change.derived.facts);
  logged.cause = change.derived.cause;
  return Append(std::move(logged));
}

absl::Status WriteRun::Append(ChangeRow row) {
  row.position = {next_, ++ordinal_};
  row.history = group_.history;
  row.quiet = call_.quiet;
  row.actor = call_.caller;
  row.trace = call_.trace;
  row.time = group_.now;
  return group_.log.Append(row);
}

}  // namespace clusterwire::store
