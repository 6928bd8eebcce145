#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/status/statusor.h"

#include "libs/base/threads/mutex.h"
#include "libs/facts/registry.h"
#include "libs/store/registry.h"

namespace clusterwire::facts {

// Keeps the Facts of all resources right: in each write those that follow from it, except what may
// follow page by page; after a change of the code lists or of the projections' version all of them,
// page by page too. What is to be done and what was done stand in the store's settings; where a
// refresh is in between does not: a restart begins at the first page again, which changes nothing
// that is right.
class Hook final : public store::Hook {
 public:
  Hook(const std::vector<Type>& types, Rules rules, Options options);

  absl::StatusOr<std::shared_ptr<const CodeLists>> ContextOf(
      const store::Staging& staging) override;
  absl::Status Follow(store::Staging& staging) override;
  absl::StatusOr<store::Consequences> Derive(const store::Staging& staging) override;
  absl::Status Applied(const store::Staging& staging, store::Revision revision) override;
  void Aborted() override { codes_ = nullptr; }
  std::set<std::string> NamesIn(const std::string& facts) const override;
  absl::StatusOr<bool> RefreshPage(store::Store& store) override;

  const Type& TypeOf(const store::ResourceType& type) const { return types_.at(type.type); }
  const Rules& rules() const { return rules_; }
  // What is of that type takes over from its target.
  void Inherit(const Type& type, const Facts& target, Facts* linked) const {
    type.inherit != nullptr ? type.inherit(target, linked) : rules_.inherit(target, linked);
  }
  const Options& options() const { return options_; }

 private:
  // What all Facts are to be derived by.
  struct Target {
    int64_t codes = 0;  // the revision of the code lists' newest change
    int64_t version = 0;
    friend bool operator==(const Target&, const Target&) = default;
  };

  bool FeedsCodes(const store::Staging& staging) const;
  absl::StatusOr<bool> RefreshAll(store::Store& store) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  std::map<std::string, Type> types_;
  const Rules rules_;
  const Options options_;

  // Of the thread that leads the group of writes: the code lists without what a body stages.
  std::shared_ptr<const CodeLists> codes_;  // null: to be read anew
  store::Revision codes_at_;                // at which they are right

  Mutex mutex_;  // pages of a refresh run one at a time
  Target target_ ABSL_GUARDED_BY(mutex_);
  std::string after_ ABSL_GUARDED_BY(mutex_);  // the last name that is done
};

}  // namespace clusterwire::facts
