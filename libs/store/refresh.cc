#include "libs/store/refresh.h"

#include <utility>
#include <vector>

#include "libs/base/status/error.h"
#include "libs/base/status/status_macros.h"
#include "libs/store/tables/schema.h"

namespace clusterwire::store {

absl::StatusOr<bool> Refresh::Step() {
  MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const std::optional<Target> wanted, Wanted());
  if (!wanted.has_value()) return false;
  if (target_ != wanted) {  // none yet, or the lists changed again since
    target_ = wanted;
    after_.clear();
  }
  for (int size = options_.refresh_page;; size = (size + 3) / 4) {
    absl::StatusOr<bool> more = Page(size);
    // Fewer at once reach less.
    if (!more.ok() && size > 1 && ReasonOf(more.status()) == "FAN_OUT") continue;
    RETURN_IF_ERROR(more.status());
    if (*more) return true;
    RETURN_IF_ERROR(Finish(*target_));
    target_.reset();
    return false;
  }
}

absl::StatusOr<std::optional<Refresh::Target>> Refresh::Wanted() const {
  ASSIGN_OR_RETURN(sql::Lease connection, database_.Acquire());
  ASSIGN_OR_RETURN(
      const sql::Result result,
      connection->Query("SELECT name, revision, partitions FROM reader WHERE name IN ($1, $2)",
                        {kFactsWantedReader, kFactsDoneReader}));
  Target wanted{{0}, registry_.rules().projection_version};
  Target done;
  for (const sql::Row& row : result.rows) {
    if (row.Text(0) == kFactsWantedReader) {
      wanted.codes.value = row.Int(1);
    } else {
      done = {{row.Int(1)}, row.Int(2)};
    }
  }
  if (wanted == done) return std::nullopt;
  return wanted;
}

absl::StatusOr<bool> Refresh::Page(int size) {
  Call call;
  call.caller = "store";
  call.quiet = true;
  std::vector<std::string> names;
  const StagingBody body = [&](Staging& staging) -> absl::Status {
    names.clear();
    ScanOptions options;
    options.after = after_;
    options.limit = size;
    ASSIGN_OR_RETURN(std::vector<ResourceRow> rows, staging.cache().rows().Scan(options));
    for (ResourceRow& row : rows) {
      names.push_back(row.name);
      staging.cache().Add(std::move(row));
    }
    staging.Reproject(names);
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(commit_.Write(call, body, /*cause=*/"projection").status());
  if (names.empty()) return false;
  after_ = names.back();
  return true;
}

absl::Status Refresh::Finish(const Target& target) const {
  ASSIGN_OR_RETURN(sql::Lease connection, database_.Acquire());
  return connection->Execute(
      "INSERT INTO reader(name, revision, ordinal, partitions, lease_holder, lease_epoch, "
      "lease_end) VALUES($1, $2, 0, $3, '', 0, 0) "
      "ON CONFLICT(name) DO UPDATE SET revision = excluded.revision, "
      "partitions = excluded.partitions",
      {kFactsDoneReader, target.codes.value, target.version});
}

}  // namespace clusterwire::store
