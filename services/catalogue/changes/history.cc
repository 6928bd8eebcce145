#include "services/catalogue/changes/history.h"

#include <algorithm>
#include <unordered_map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/status/status_macros.h"
#include "libs/change/kind.h"
#include "libs/change/visible.h"
#include "libs/resource/page.h"
#include "services/catalogue/changes/record.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kMaxKinds = 50;
constexpr int kBatch = 500;

absl::Status CheckKinds(const std::vector<std::string>& kinds) {
  FieldErrors errors;
  if (kinds.size() > kMaxKinds) {
    errors.Add("kinds", absl::StrCat(kinds.size(), " of at most ", kMaxKinds));
  }
  for (size_t i = 0; i < kinds.size(); ++i) {
    if (!change::KindOf(kinds[i])) {
      errors.Add(absl::StrCat("kinds[", i, "]"),
                 absl::StrCat("'", kinds[i], "' is no kind of change; write label.awarded, or see ",
                              "ChangeKind in change/v1"));
    }
  }
  return errors.ToStatus();
}

// One query, ready to be asked about each row.
class Selection {
 public:
  static absl::StatusOr<Selection> Create(const HistoryQuery& query) {
    RETURN_IF_ERROR(CheckKinds(query.kinds));
    ASSIGN_OR_RETURN(auto wanted, filter::Predicate::Compile(query.filter, query.viewer));
    return Selection(query, std::move(wanted));
  }

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
  Selection(const HistoryQuery& query, filter::Predicate wanted)
      : query_(query), wanted_(std::move(wanted)) {}

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

// The newest change that is selected of the resource of `change`, which is selected itself.
absl::StatusOr<store::Position> LatestOf(store::Store& store, const Selection& selection,
                                         const store::Change& change) {
  store::Revision before;
  while (true) {
    ASSIGN_OR_RETURN(const auto later, store.HistoryOf(change.name, before, kBatch));
    for (const store::Change& candidate : later) {
      if (candidate.position <= change.position) return change.position;
      ASSIGN_OR_RETURN(const auto record, selection.Take(candidate));
      if (record) return candidate.position;
    }
    if (later.empty()) return change.position;
    before = later.back().position.revision;
  }
}

// Which change of each resource is its latest: asked once for each, however many changes it has.
class Latest {
 public:
  Latest(store::Store& store, const Selection& selection) : store_(store), selection_(selection) {}

  absl::StatusOr<bool> Is(const store::Change& change) {
    auto known = latest_.find(change.name);
    if (known == latest_.end()) {
      ASSIGN_OR_RETURN(const store::Position position, LatestOf(store_, selection_, change));
      known = latest_.emplace(change.name, position).first;
    }
    return known->second <= change.position;
  }

 private:
  store::Store& store_;
  const Selection& selection_;
  std::unordered_map<std::string, store::Position> latest_;  // no more than History::kScanLimit
};

}  // namespace

absl::StatusOr<History::Page> History::List(const HistoryQuery& query) const {
  ASSIGN_OR_RETURN(const Selection selection, Selection::Create(query));
  Page page;
  Latest latest(store_, selection);
  resource::PageRoom room(static_cast<size_t>(query.limit), query.bytes);
  store::Position after = query.after;
  for (int scanned = 0; scanned < kScanLimit;) {
    ASSIGN_OR_RETURN(const auto changes, scanned == 0 ? FirstChanges(store_, query, after)
                                                      : NextChanges(store_, query, after));
    if (changes.empty()) return page;
    for (const store::Change& change : changes) {
      ++scanned;
      ASSIGN_OR_RETURN(auto record, selection.Take(change));
      if (record && query.latest_per_resource) {
        ASSIGN_OR_RETURN(const bool is_latest, latest.Is(change));
        if (!is_latest) record.reset();
      }
      if (record) {
        if (!room.Takes(record->ByteSizeLong())) {
          page.next = after;
          return page;
        }
        page.changes.push_back(*std::move(record));
      }
      after = change.position;
      if (page.changes.size() == static_cast<size_t>(query.limit)) {
        page.next = after;
        return page;
      }
    }
  }
  page.next = after;
  return page;
}

}  // namespace clusterwire::catalogue
