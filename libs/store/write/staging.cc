#include "libs/store/write/staging.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::store {
namespace {

constexpr size_t kNameLimit = 300;  // bytes
constexpr int kScanLimit = 1000;

absl::Status AlreadyExists(const std::string& name, const Message& existing) {
  return Error(
      absl::StatusCode::kAlreadyExists, "RESOURCE_EXISTS",
      absl::StrCat(name, IsDeleted(existing) ? " exists and is deleted" : " exists already"),
      {{"resource", name}});
}

Scanned AsScanned(const Staged& entry) {
  Scanned scanned;
  scanned.resource.reset(entry.image->New());
  scanned.resource->CopyFrom(*entry.image);
  if (entry.before != nullptr) scanned.facts = entry.before->facts;
  return scanned;
}

std::vector<Scanned> FirstOf(std::map<std::string, Scanned> merged, int limit) {
  std::vector<Scanned> first;
  for (auto& [name, scanned] : merged) {
    if (std::ssize(first) == limit) break;
    first.push_back(std::move(scanned));
  }
  return first;
}

}  // namespace

absl::Status GroupTransaction::Lock(Clock& clock) {
  ASSIGN_OR_RETURN(current, ReadRevision(connection, /*lock=*/true));
  ASSIGN_OR_RETURN(history, ReadHistory(connection));
  ASSIGN_OR_RETURN(const absl::Time last, log.TimeOf(current));
  now = clock.Now();
  logged_at = std::max(now, last);
  flushed = current;
  return absl::OkStatus();
}

absl::Status GroupTransaction::Flush() {
  RETURN_IF_ERROR(log.Write(&log_rows));
  RETURN_IF_ERROR(requests.Write(&request_rows));
  if (std::exchange(flushed, current) == current) return absl::OkStatus();
  return connection.Execute("UPDATE revision SET value = $1", {current.value});
}

absl::StatusOr<const ResourceRow*> RowCache::Find(std::string_view name) {
  auto found = found_.find(name);
  if (found == found_.end()) {
    ASSIGN_OR_RETURN(std::optional<ResourceRow> row, rows_.Find(name));
    found = found_.emplace(name, std::move(row)).first;
  }
  return found->second.has_value() ? &*found->second : nullptr;
}

absl::StatusOr<std::vector<const ResourceRow*>> RowCache::Keep(
    absl::StatusOr<std::vector<ResourceRow>> rows) {
  RETURN_IF_ERROR(rows.status());
  std::vector<const ResourceRow*> kept;
  for (ResourceRow& row : *rows) {
    const auto [found, added] = found_.try_emplace(row.name);
    if (added) found->second = std::move(row);
    kept.push_back(&*found->second);
  }
  return kept;
}

absl::Status Staging::Load(std::string_view name, Message* out) const {
  if (const auto found = staged_.find(name); found != staged_.end()) {
    const Message* image = found->second.image.get();
    if (image == nullptr || image->GetDescriptor() != out->GetDescriptor()) {
      return NotFoundError(name);
    }
    out->CopyFrom(*image);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const ResourceRow* row, cache_.Find(name));
  return LoadRow(row, name, out);
}

absl::StatusOr<std::vector<Scanned>> Staging::Scan(const ScanOptions& options) const {
  RETURN_IF_ERROR(CheckScan(options));
  // Each staged name may hide one of the table's: with so many more there are enough left to fill
  // the page before any staged name that lies behind them.
  ScanOptions wider = options;
  wider.limit += static_cast<int>(staged_.size());
  ASSIGN_OR_RETURN(std::vector<ResourceRow> rows, group_.rows.Scan(wider));
  std::map<std::string, Scanned> merged;
  for (ResourceRow& row : rows) {
    if (staged_.contains(row.name)) continue;
    Scanned& scanned = merged[row.name];
    ASSIGN_OR_RETURN(scanned, ToScanned(std::move(row)));
  }
  const std::string prefix = options.parent.empty() ? "" : options.parent + "/";
  for (auto it = staged_.upper_bound(options.after); it != staged_.end(); ++it) {
    const auto& [name, entry] = *it;
    if (entry.image == nullptr || !name.starts_with(prefix) ||
        (!options.type.empty() && entry.type->type != options.type) ||
        (!options.include_deleted && IsDeleted(*entry.image))) {
      continue;
    }
    merged[name] = AsScanned(entry);
  }
  return FirstOf(std::move(merged), options.limit);
}

absl::StatusOr<std::vector<Scanned>> Staging::About(std::string_view other, std::string_view type,
                                                    int limit) const {
  // As in Scan.
  ASSIGN_OR_RETURN(std::vector<ResourceRow> rows,
                   group_.rows.About(other, type, limit + std::ssize(staged_)));
  std::map<std::string, Scanned> merged;
  for (ResourceRow& row : rows) {
    if (staged_.contains(row.name)) continue;
    Scanned& scanned = merged[row.name];
    ASSIGN_OR_RETURN(scanned, ToScanned(std::move(row)));
  }
  for (const auto& [name, entry] : staged_) {
    if (entry.image == nullptr || entry.type->type != type || !entry.type->links ||
        IsDeleted(*entry.image) ||
        std::ranges::count(entry.type->links(*entry.image), other) == 0) {
      continue;
    }
    merged[name] = AsScanned(entry);
  }
  return FirstOf(std::move(merged), limit);
}

absl::StatusOr<std::optional<std::string>> Staging::GetFacts(std::string_view name) const {
  ASSIGN_OR_RETURN(const ResourceRow* row, cache_.Find(name));
  if (row == nullptr) return NotFoundError(name);
  return row->facts;
}

absl::Status Staging::Put(const Message& next, std::string_view kind, std::string_view cause) {
  const ResourceType* type = registry().ForMessage(next);
  if (type == nullptr) {
    return absl::InternalError(
        absl::StrCat(next.GetDescriptor()->full_name(), " is not registered with the store"));
  }
  const std::string name = NameOf(next);
  if (registry().ForName(name) != type || name.size() > kNameLimit) {
    return FieldError("name", absl::StrCat("'", name, "' should look like ", type->pattern,
                                           " and have at most ", kNameLimit, " bytes"));
  }
  ASSIGN_OR_RETURN(Staged * entry, Entry(name, *type));
  RETURN_IF_ERROR(CheckEtag(next, *entry));
  entry->put = true;
  if (entry->before != nullptr) {
    ASSIGN_OR_RETURN(std::unique_ptr<Message> stored, ParseResource(*type, entry->before->data));
    if (SameButForStamps(next, *stored)) {
      entry->image = std::move(stored);
      entry->changed = false;
      return absl::OkStatus();
    }
  }
  const absl::Time created = entry->image != nullptr ? CreateTimeOf(*entry->image) : now();
  std::unique_ptr<Message> image(next.New());
  image->CopyFrom(next);
  SetStamp({revision().value + 1}, created, now(), image.get());
  entry->image = std::move(image);
  entry->kind = kind;
  entry->cause = cause;
  entry->changed = true;
  return absl::OkStatus();
}

absl::Status Staging::Purge(std::string_view name, std::string_view kind) {
  const ResourceType* type = registry().ForName(name);
  if (type == nullptr) return NotFoundError(name);
  ASSIGN_OR_RETURN(Staged * entry, Entry(name, *type));
  if (entry->image == nullptr) return NotFoundError(name);
  entry->image = nullptr;
  entry->purged = true;
  entry->kind = kind;
  entry->changed = entry->before != nullptr;
  return absl::OkStatus();
}

void Staging::DropTimer(std::string_view name, const Timer& timer) {
  dropped_.emplace_back(name, timer);
}

absl::StatusOr<Staged*> Staging::Entry(std::string_view name, const ResourceType& type) {
  if (const auto found = staged_.find(name); found != staged_.end()) {
    if (found->second.purged) {
      return absl::InternalError(
          absl::StrCat(ToAbsl(name), " was purged earlier in the same write"));
    }
    return &found->second;
  }
  if (staged_.size() >= static_cast<size_t>(group_.options.put_limit)) {
    return Error(absl::StatusCode::kInvalidArgument, "WRITE_TOO_LARGE",
                 absl::StrCat("one write changes at most ", group_.options.put_limit,
                              " resources: split it"));
  }
  ASSIGN_OR_RETURN(const ResourceRow* row, cache_.Find(name));
  Staged entry;
  entry.name = name;
  entry.type = &type;
  entry.before = row;
  if (row != nullptr) {
    ASSIGN_OR_RETURN(entry.image, ParseResource(type, row->data));
  }
  // An entry that a refused Put leaves behind stages nothing: `changed` is false.
  Staged* staged = &staged_.emplace(name, std::move(entry)).first->second;
  order_.push_back(staged);
  return staged;
}

absl::Status Staging::CheckEtag(const Message& next, const Staged& entry) const {
  const std::string name = NameOf(next);
  const std::string etag = EtagOf(next);
  if (entry.image == nullptr) {
    return etag.empty() ? absl::OkStatus() : NotFoundError(name);
  }
  if (etag.empty()) return AlreadyExists(name, *entry.image);
  const std::string current = EtagOf(*entry.image);
  if (etag == current) return absl::OkStatus();
  return Error(absl::StatusCode::kAborted, "ETAG_MISMATCH",
               absl::StrCat(name, " was changed since it was read (etag ", etag, ", now ", current,
                            "): read it again and repeat the change"),
               {{"resource", name}, {"etag", current}});
}

const Staged* Staging::Changed(std::string_view name) const {
  const auto found = staged_.find(name);
  return found != staged_.end() && found->second.changed ? &found->second : nullptr;
}

std::vector<const Staged*> Staging::Changed() const {
  std::vector<const Staged*> changed;
  std::copy_if(order_.begin(), order_.end(), std::back_inserter(changed),
               [](const Staged* staged) { return staged->changed; });
  return changed;
}

std::shared_ptr<const Message> Staging::answer() const {
  if (answer_ != nullptr) return answer_;
  for (const Staged* staged : order_) {
    if (staged->put && staged->image != nullptr) return staged->image;
  }
  return nullptr;
}

absl::Status CheckScan(const ScanOptions& options) {
  if (options.limit >= 1 && options.limit <= kScanLimit) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a scan takes a limit of 1 to ", kScanLimit, ", not ", options.limit));
}

absl::StatusOr<Scanned> ToScanned(ResourceRow row) {
  Scanned scanned;
  ASSIGN_OR_RETURN(scanned.resource, ParseResource(*row.type, row.data));
  scanned.facts = std::move(row.facts);
  return scanned;
}

absl::Status LoadRow(const ResourceRow* row, std::string_view name, Message* out) {
  if (row == nullptr || row->type->prototype->GetDescriptor() != out->GetDescriptor()) {
    return NotFoundError(name);
  }
  if (!out->ParseFromString(row->data)) {
    return absl::DataLossError(absl::StrCat(ToAbsl(name), " is stored and can't be read"));
  }
  return absl::OkStatus();
}

}  // namespace clusterwire::store
