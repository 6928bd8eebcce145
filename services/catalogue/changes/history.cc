#include "services/catalogue/changes/history.h"

#include <algorithm>
#include <unordered_map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/change/record.h"
#include "libs/change/vocabulary.h"
#include "libs/resource/page.h"
#include "services/catalogue/changes/record.h"
#include "services/catalogue/common/access/access.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kMaxKinds = 50;
constexpr int kBatch = 500;

void CheckKinds(const std::vector<std::string>& kinds, FieldErrors& errors) {
  if (kinds.size() > kMaxKinds) {
    errors.Add("kinds", absl::StrCat(kinds.size(), " of at most ", kMaxKinds));
  }
  for (size_t i = 0; i < kinds.size(); ++i) {
    const std::string wrong = change::WrongKind(kinds[i]);
    if (!wrong.empty()) errors.Add(absl::StrCat("kinds[", i, "]"), wrong);
  }
}

absl::Status CheckHistory(const std::string& seen, const std::string& current) {
  if (seen.empty() || seen == current) return absl::OkStatus();
  return Error(absl::StatusCode::kOutOfRange, "HISTORY_CHANGED",
               absl::StrCat("the catalogue is in history '", current, "', not '", seen,
                            "': a backup was restored; read everything anew and go on from there"),
               {{"history_id", current}});
}

// The image says whose it is also when the record no longer shows it, since it is deleted. Who made
// something follow from another resource acted on that one.
std::string ActorFor(const filter::Viewer& viewer, const store::Change& change) {
  const bool follows = !change.cause.empty() || change.kind == store::kFactsRefreshed;
  const bool may_know =
      viewer.operator_ || (!follows && Owns(viewer, change.name, change.after.get()));
  return may_know ? change.actor : "";
}

// One query, ready to be asked about each row.
class Selection {
 public:
  Selection(const HistoryQuery& query, filter::Predicate wanted)
      : query_(query), wanted_(std::move(wanted)) {}

  // The record as the viewer sees it, or none when it isn't selected.
  absl::StatusOr<std::optional<change::v1::ResourceChanged>> Take(
      const store::Change& change) const {
    if (change.time < query_.start || change.time >= query_.end) return std::nullopt;
    if (!query_.kinds.empty() &&
        std::find(query_.kinds.begin(), query_.kinds.end(), change.kind) == query_.kinds.end()) {
      return std::nullopt;
    }
    ASSIGN_OR_RETURN(change::v1::ResourceChanged record, RecordOf(change));
    change::CutTo(query_.viewer, &record);
    const bool before = record.has_before() && wanted_.Matches(record.before());
    const bool after = record.has_after() && wanted_.Matches(record.after());
    if (!before && !after) return std::nullopt;
    return record;
  }

 private:
  const HistoryQuery& query_;
  filter::Predicate wanted_;
};

// The next changes after `after` that may be selected.
absl::StatusOr<std::vector<store::Change>> NextChanges(store::Store& store,
                                                       const HistoryQuery& query,
                                                       store::Position after) {
  const auto& names = query.filter.names();
  if (names.empty()) return store.Changes(after, kBatch);
  return store.ChangesOf({names.begin(), names.end()}, after, kBatch);
}

// The first ones; from the beginning of what is kept when `after` is zero.
absl::StatusOr<std::vector<store::Change>> FirstChanges(store::Store& store,
                                                        const HistoryQuery& query,
                                                        store::Position after) {
  auto changes = NextChanges(store, query, after);
  if (changes.ok() || after != store::Position()) return changes;
  store::Revision whole_above;
  const google::rpc::ErrorInfo info = ErrorInfoOf(changes.status());
  const auto stated = info.metadata().find("whole_above");
  if (stated == info.metadata().end() || !absl::SimpleAtoi(stated->second, &whole_above.value)) {
    return changes;
  }
  return NextChanges(store, query, store::EndOf(whole_above));
}

// Which change of each resource is its latest: asked once for each, however many changes it has.
class Latest {
 public:
  Latest(store::Store& store, const Selection& selection) : store_(store), selection_(selection) {}

  absl::StatusOr<bool> Is(const store::Change& change) {
    auto known = latest_.find(change.name);
    if (known == latest_.end()) {
      ASSIGN_OR_RETURN(const store::Position position, LatestOf(change));
      known = latest_.emplace(change.name, position).first;
    }
    return known->second <= change.position;
  }
  // How many changes were looked at for that.
  int looked() const { return looked_; }

 private:
  // The newest change that is selected of the resource of `change`, which is selected itself.
  absl::StatusOr<store::Position> LatestOf(const store::Change& change) {
    store::Revision before;
    // The newest is mostly the one.
    for (int limit = 1;; limit = std::min(8 * limit, kBatch)) {
      ASSIGN_OR_RETURN(const auto later, store_.HistoryOf(change.name, before, limit));
      looked_ += static_cast<int>(later.size());
      for (const store::Change& candidate : later) {
        if (candidate.position <= change.position) return change.position;
        ASSIGN_OR_RETURN(const auto record, selection_.Take(candidate));
        if (record) return candidate.position;
      }
      if (later.empty()) return change.position;
      before = later.back().position.revision;
    }
  }

  store::Store& store_;
  const Selection& selection_;
  std::unordered_map<std::string, store::Position> latest_;  // no more than History::kScanLimit
  int looked_ = 0;
};

}  // namespace

absl::StatusOr<History::Page> History::List(const HistoryQuery& query) const {
  FieldErrors errors = query.errors;
  CheckKinds(query.kinds, errors);
  // Levels may have been others when the changes were made, so they are taken as they are.
  auto wanted =
      filter::Predicate::Compile(query.filter, query.viewer, {.vocabulary = &change::Words()});
  RETURN_IF_ERROR(errors.AddFrom(wanted.status()));
  RETURN_IF_ERROR(errors.ToStatus());
  const Selection selection(query, *std::move(wanted));
  Page page;
  ASSIGN_OR_RETURN(page.history, store_.history());
  RETURN_IF_ERROR(CheckHistory(query.history, page.history));
  // Before the log is read: all up to it will have been looked at when the log ends.
  ASSIGN_OR_RETURN(const store::Revision newest, store_.revision());
  Latest latest(store_, selection);
  CauseTitles cause_titles(store_);
  resource::PageRoom room(static_cast<size_t>(query.limit), query.bytes);
  page.next = query.after;
  page.through = {std::max<int64_t>(query.after.revision.value - 1, 0)};
  for (int scanned = 0; scanned + latest.looked() < scan_limit_;) {
    ASSIGN_OR_RETURN(const auto changes, scanned == 0 ? FirstChanges(store_, query, *page.next)
                                                      : NextChanges(store_, query, *page.next));
    if (changes.empty()) {
      page.through = std::max(newest, page.next->revision);
      page.next.reset();
      return page;
    }
    for (const store::Change& change : changes) {
      ++scanned;
      ASSIGN_OR_RETURN(auto record, selection.Take(change));
      if (record && query.latest_per_resource) {
        ASSIGN_OR_RETURN(const bool is_latest, latest.Is(change));
        if (!is_latest) record.reset();
      }
      if (record) RETURN_IF_ERROR(cause_titles.AddTo(&*record));
      if (record && !room.Takes(record->ByteSizeLong())) return page;
      if (record) {
        page.changes.push_back(*std::move(record));
        page.actors.push_back(ActorFor(query.viewer, change));
      }
      page.next = change.position;
      page.through = {change.position.revision.value - 1};  // of its own the rest may be missing
      const bool full = page.changes.size() == static_cast<size_t>(query.limit);
      if (full || scanned + latest.looked() >= scan_limit_) return page;
    }
  }
  return page;
}

}  // namespace clusterwire::catalogue
