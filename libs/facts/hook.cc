#include "libs/facts/hook.h"

#include <algorithm>
#include <utility>

#include "libs/base/status/error.h"
#include "libs/facts/derivation.h"
#include "libs/store/store.h"
#include "libs/store/tables/settings.h"
#include "libs/store/write/staging.h"

namespace clusterwire::facts {
namespace {

// Settings: by what all Facts were derived.
constexpr char kRefreshedCodes[] = "facts.refreshed_codes_revision";
constexpr char kRefreshedVersion[] = "facts.refreshed_version";

// The cause of changes that a refresh makes.
constexpr char kProjection[] = "projection";

}  // namespace

absl::Status Hook::GroupBegan(store::Revision current, const store::Settings& settings) {
  if (projections_ != nullptr && revision_ != current) {  // another process has written
    ASSIGN_OR_RETURN(const int64_t changed, settings.Get(kCodesRevision));
    if (changed > revision_.value) projections_ = nullptr;
  }
  revision_ = current;
  return absl::OkStatus();
}

bool Hook::FeedsCodes(const store::Staging& staging) const {
  return std::any_of(staging.staged().begin(), staging.staged().end(), [this](const auto& entry) {
    return entry.second.changed && rules_.feeding_codes.contains(entry.second.type->type);
  });
}

absl::StatusOr<std::shared_ptr<const Projections>> Hook::Project(const store::Staging& staging) {
  if (FeedsCodes(staging)) return rules_.project(staging);
  std::shared_ptr<const Projections>& kept = codes_changed_ ? staged_ : projections_;
  if (kept == nullptr) {
    ASSIGN_OR_RETURN(kept, rules_.project(staging));
  }
  return kept;
}

absl::StatusOr<std::shared_ptr<const std::any>> Hook::Context(const store::Staging& staging) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Projections> projections, Project(staging));
  return std::shared_ptr<const std::any>(projections, &projections->codes);
}

absl::StatusOr<std::map<std::string, store::Derived>> Hook::Derive(const store::Staging& staging,
                                                                   std::string_view cause) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Projections> projections, Project(staging));
  return Derivation(staging, *projections, rules_, options_).Run(cause);
}

absl::Status Hook::Applied(const store::Staging& staging, store::Revision revision,
                           const store::Settings& settings) {
  if (!FeedsCodes(staging)) return absl::OkStatus();
  codes_changed_ = true;
  staged_ = nullptr;
  return settings.Set(kCodesRevision, revision.value);
}

void Hook::GroupEnded(bool committed, store::Revision newest) {
  if (committed) {
    if (codes_changed_) projections_ = std::move(staged_);
    revision_ = newest;
  }
  codes_changed_ = false;
  staged_ = nullptr;
}

std::set<std::string> Hook::NamesIn(const std::string& stored) const {
  Facts facts;
  std::set<std::string> names;
  if (!facts.ParseFromString(stored)) return names;
  // As filter::Filter.names: what the resource is, or is about.
  names.insert(facts.clusters().begin(), facts.clusters().end());
  names.insert(facts.programmes().begin(), facts.programmes().end());
  if (!facts.parent().empty()) names.insert(facts.parent());
  return names;
}

absl::StatusOr<bool> Hook::RefreshPage(store::Store& store) {
  MutexLock lock(mutex_);
  Target wanted{0, rules_.version};
  Target done;
  ASSIGN_OR_RETURN(wanted.codes, store.Setting(kCodesRevision));
  ASSIGN_OR_RETURN(done.codes, store.Setting(kRefreshedCodes));
  ASSIGN_OR_RETURN(done.version, store.Setting(kRefreshedVersion));
  if (wanted == done) return false;
  if (target_ != wanted) {  // none yet, or the lists changed again since
    target_ = wanted;
    after_.clear();
  }
  for (int size = options_.refresh_page;; size = (size + 3) / 4) {
    const absl::StatusOr<std::string> last = store.Rederive(after_, size, kProjection);
    // Fewer at once reach less.
    if (!last.ok() && size > 1 && ReasonOf(last.status()) == "FAN_OUT") continue;
    RETURN_IF_ERROR(last.status());
    if (!last->empty()) {
      after_ = *last;
      return true;
    }
    RETURN_IF_ERROR(store.SetSetting(kRefreshedCodes, wanted.codes));
    RETURN_IF_ERROR(store.SetSetting(kRefreshedVersion, wanted.version));
    target_.reset();
    return false;
  }
}

}  // namespace clusterwire::facts
