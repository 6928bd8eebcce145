#include "libs/facts/hook.h"

#include <algorithm>
#include <utility>

#include "libs/base/status/error.h"
#include "libs/store/store.h"
#include "libs/store/tables/tables.h"
#include "libs/store/write/staging.h"

namespace clusterwire::facts {
namespace {

// Settings: by what all Facts were derived.
constexpr char kRefreshedCodes[] = "facts.refreshed_codes_revision";
constexpr char kRefreshedVersion[] = "facts.refreshed_version";

// The cause of changes that a refresh makes.
constexpr char kProjection[] = "projection";

// `rederive` is called with the size of a page, and with smaller ones while the page reaches too
// much: fewer at once reach less.
template <typename Rederive>
auto InPages(int size, const Rederive& rederive) -> decltype(rederive(size)) {
  while (true) {
    auto done = rederive(size);
    if (done.ok() || size == 1 || ReasonOf(done.status()) != "FAN_OUT") return done;
    size = (size + 3) / 4;
  }
}

}  // namespace

Hook::Hook(const std::vector<Type>& types, Rules rules, Options options)
    : rules_(std::move(rules)), options_(options) {
  for (const Type& type : types) types_.emplace(type.type, type);
}

bool Hook::FeedsCodes(const store::Staging& staging) const {
  return std::ranges::any_of(staging.Changed(), [this](const store::Staged* staged) {
    return TypeOf(*staged->type).feeds_codes;
  });
}

absl::StatusOr<std::shared_ptr<const CodeLists>> Hook::ContextOf(const store::Staging& staging) {
  if (FeedsCodes(staging)) return rules_.read_codes(staging);
  if (codes_ != nullptr && codes_at_ != staging.revision()) {  // another process has written
    ASSIGN_OR_RETURN(const int64_t changed, staging.settings().Get(kCodesRevision));
    if (changed > codes_at_.value) codes_ = nullptr;
  }
  if (codes_ == nullptr) {
    ASSIGN_OR_RETURN(codes_, rules_.read_codes(staging));
  }
  codes_at_ = staging.revision();
  return codes_;
}

absl::Status Hook::Follow(store::Staging& staging) {
  if (!rules_.follow) return absl::OkStatus();
  std::set<std::string, std::less<>> asked;
  // What follows may lead to more: each is asked about once.
  for (bool more = true; more;) {
    more = false;
    for (const store::Staged* staged : staging.Changed()) {
      if (!asked.insert(staged->name).second) continue;
      more = true;
      std::unique_ptr<Message> before;
      if (staged->before != nullptr) {
        ASSIGN_OR_RETURN(before, store::ParseResource(*staged->type, staged->before->data));
      }
      const std::shared_ptr<const Message> after = staged->image;
      RETURN_IF_ERROR(rules_.follow(staging, before.get(), after.get()));
    }
  }
  for (const auto& [name, cause] : staging.rederived()) {
    if (!asked.insert(name).second) continue;
    const store::ResourceType* type = staging.registry().ForName(name);
    if (type == nullptr) continue;
    const std::unique_ptr<Message> resource(type->prototype->New());
    const absl::Status found = staging.Load(name, resource.get());
    if (absl::IsNotFound(found)) continue;
    RETURN_IF_ERROR(found);
    RETURN_IF_ERROR(rules_.follow(staging, resource.get(), resource.get()));
  }
  return absl::OkStatus();
}

absl::Status Hook::Applied(const store::Staging& staging, store::Revision revision) {
  codes_at_ = revision;
  if (!FeedsCodes(staging)) return absl::OkStatus();
  codes_ = nullptr;
  return staging.settings().Set(kCodesRevision, revision.value);
}

std::set<std::string> Hook::NamesIn(const std::string& stored) const {
  std::set<std::string> names;
  const auto facts = ParseOnly(stored, {Facts::kClustersFieldNumber, Facts::kProgrammesFieldNumber,
                                        Facts::kParentFieldNumber});
  if (!facts.ok()) return names;
  // As filter::Filter.names: what the resource is, or is about.
  names.insert((*facts)->clusters().begin(), (*facts)->clusters().end());
  names.insert((*facts)->programmes().begin(), (*facts)->programmes().end());
  if (!(*facts)->parent().empty()) names.insert((*facts)->parent());
  return names;
}

absl::StatusOr<bool> Hook::RefreshPage(store::Store& store) {
  MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const bool followed, InPages(options_.refresh_page, [&](int size) {
                     return store.RederiveStale(size);
                   }));
  return followed ? true : RefreshAll(store);
}

absl::StatusOr<bool> Hook::RefreshAll(store::Store& store) {
  Target wanted{0, rules_.version};
  Target done;
  ASSIGN_OR_RETURN(wanted.codes, store.Setting(kCodesRevision));
  ASSIGN_OR_RETURN(done.codes, store.Setting(kRefreshedCodes));
  ASSIGN_OR_RETURN(done.version, store.Setting(kRefreshedVersion));
  if (wanted == done) return false;
  if (target_ != wanted) after_.clear();  // the first page, or the lists changed again since
  target_ = wanted;
  ASSIGN_OR_RETURN(const std::string last, InPages(options_.refresh_page, [&](int size) {
                     return store.Rederive(after_, size, kProjection);
                   }));
  if (!last.empty()) {
    after_ = last;
    return true;
  }
  RETURN_IF_ERROR(store.SetSetting(kRefreshedCodes, wanted.codes));
  RETURN_IF_ERROR(store.SetSetting(kRefreshedVersion, wanted.version));
  target_ = {};
  return false;
}

absl::StatusOr<store::Registry> MakeRegistry(std::vector<Type> types, Rules rules,
                                             Options options) {
  return store::Registry::Create({types.begin(), types.end()},
                                 std::make_unique<Hook>(types, std::move(rules), options));
}

}  // namespace clusterwire::facts
