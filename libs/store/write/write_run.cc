#include "libs/store/write/write_run.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/status/status_macros.h"
#include "libs/store/tables/schema.h"

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
  Staging staging(group_.rows, group_.registry, group_.options, group_.current, group_.now,
                  [this](const Staging& staged) { return codes_.For(staged); });
  RETURN_IF_ERROR(body(staging));
  ASSIGN_OR_RETURN(std::shared_ptr<const Codes> codes, codes_.For(staging));
  FactsWork facts(staging, group_.registry, group_.options, codes);
  RETURN_IF_ERROR(facts.Run(cause));
  RETURN_IF_ERROR(CheckRecords(staging, facts));
  const bool changed =
      std::any_of(facts.outcomes().begin(), facts.outcomes().end(), [](const auto& entry) {
        return entry.second.staged || entry.second.before != entry.second.after;
      });
  Written written = Describe(staging, changed);
  if (call_.validate_only) return written;

  RETURN_IF_ERROR(Apply(staging, facts));
  if (staging.feeds_codes()) codes_.Stage(std::move(codes));
  if (changed) group_.current = next_;
  RETURN_IF_ERROR(group_.requests.Keep(call_, written, group_.now));
  group_.wrote |=
      !facts.outcomes().empty() || !staging.dropped_timers().empty() || !call_.request_id.empty();
  return written;
}

absl::Status WriteRun::CheckRecords(const Staging& staging, const FactsWork& facts) const {
  for (const auto& [name, outcome] : facts.outcomes()) {
    size_t size = SizeOf(outcome.before) + SizeOf(outcome.after);
    const auto staged = staging.staged().find(name);
    if (outcome.staged && staged->second.image != nullptr) {
      size += staged->second.image->ByteSizeLong();
    } else if (!outcome.staged) {
      size += outcome.row->data.size();
    }
    if (size <= static_cast<size_t>(group_.options.record_limit)) continue;
    return Error(absl::StatusCode::kInvalidArgument, "RESOURCE_TOO_LARGE",
                 absl::StrCat(name, " with its Facts before and after takes ", size,
                              " bytes; at most ", group_.options.record_limit,
                              " can be told to others: shorten its texts or lists"),
                 {{"resource", name}});
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
    written.images.push_back(staged.image);
    if (written.answer == nullptr || name == staging.answer()) written.answer = staged.image;
  }
  return written;
}

absl::Status WriteRun::Apply(const Staging& staging, const FactsWork& facts) {
  for (const std::string& name : staging.order()) {
    const auto outcome = facts.outcomes().find(name);
    if (outcome == facts.outcomes().end() || !outcome->second.staged) continue;
    RETURN_IF_ERROR(ApplyStaged(name, staging.staged().find(name)->second, outcome->second));
  }
  for (const auto& [name, outcome] : facts.outcomes()) {
    if (!outcome.staged) RETURN_IF_ERROR(ApplyRefreshed(name, outcome));
  }
  for (const auto& [name, timer] : staging.dropped_timers()) {
    RETURN_IF_ERROR(group_.rows.DropTimer(name, timer));
  }
  if (staging.feeds_codes()) RETURN_IF_ERROR(WantRefresh());
  if (ordinal_ == 0) return absl::OkStatus();
  return group_.connection.Execute("UPDATE revision SET value = $1", {next_.value});
}

absl::Status WriteRun::ApplyStaged(const std::string& name, const Staged& staged,
                                   const FactsWork::Outcome& outcome) {
  const ResourceType& type = *staged.type;
  ChangeRow change;
  change.type = staged.type;
  change.name = name;
  change.kind = staged.kind;
  change.facts_before = ForLog(type, outcome.before);
  change.facts_after = ForLog(type, outcome.after);
  std::vector<std::string> links;
  std::vector<Timer> timers;
  if (staged.image == nullptr) {
    RETURN_IF_ERROR(group_.rows.Remove(name));
    RETURN_IF_ERROR(group_.log.Forget(name));
    RETURN_IF_ERROR(group_.requests.Forget(name));
  } else {
    const bool deleted = IsDeleted(*staged.image);
    const std::string data = SerializeDeterministic(*staged.image);
    RETURN_IF_ERROR(
        group_.rows.Save({staged.type, name, next_, data, outcome.own, outcome.after, deleted}));
    change.after = ForLog(type, data);
    if (!deleted && type.links) links = type.links(*staged.image);
    if (!deleted && type.timers) timers = type.timers(*staged.image);
  }
  if (type.links) RETURN_IF_ERROR(group_.rows.SetLinks(name, links));
  if (type.timers) RETURN_IF_ERROR(group_.rows.SetTimers(name, timers, group_.now));
  return Append(std::move(change));
}

absl::Status WriteRun::ApplyRefreshed(const std::string& name, const FactsWork::Outcome& outcome) {
  ResourceRow row = *outcome.row;
  row.own_facts = outcome.own;
  row.facts = outcome.after;
  RETURN_IF_ERROR(group_.rows.SaveFacts(row));
  if (outcome.before == outcome.after) return absl::OkStatus();
  ChangeRow change;
  change.type = row.type;
  change.name = name;
  change.kind = kFactsRefreshed;
  change.after = ForLog(*row.type, row.data);
  change.facts_before = ForLog(*row.type, outcome.before);
  change.facts_after = ForLog(*row.type, outcome.after);
  change.cause = outcome.cause;
  return Append(std::move(change));
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

absl::Status WriteRun::WantRefresh() const {
  return group_.connection.Execute(
      "INSERT INTO reader(name, revision, ordinal, partitions, lease_holder, lease_epoch, "
      "lease_end) VALUES($1, $2, 0, 0, '', 0, 0) "
      "ON CONFLICT(name) DO UPDATE SET revision = excluded.revision",
      {kFactsWantedReader, next_.value});
}

}  // namespace clusterwire::store
