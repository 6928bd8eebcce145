#pragma once

#include <any>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "libs/base/threads/mutex.h"
#include "libs/facts/projection.h"
#include "libs/store/hook.h"
#include "libs/store/reader.h"

namespace clusterwire::facts {

struct Options {
  int fan_out_limit = 1000;  // rows linked to one target, and rows that one write refreshes
  int refresh_page = 100;    // resources looked at in one transaction of a refresh
};

// What holds for all types of a service, its code lists' C++ type erased.
struct ServiceRules {
  // The code lists as the reader sees them, and the projections with them.
  std::function<absl::StatusOr<std::shared_ptr<const Projections>>(const store::Reader&)> project;
  std::set<std::string> feeding_codes;  // types
  // The one definition of inheriting: what is about `target` takes over from it.
  std::function<void(const Facts& target, Facts* linked)> inherit;
  int version = 1;
};

// Keeps the Facts of all resources right: in each write those that follow from it; after a change
// of the code lists or of the projections' version all of them, page by page. What is to be done
// and what was done stand in the store's settings; where a refresh is in between does not: a
// restart begins at the first page again, which changes nothing that is right.
class Hook final : public store::Hook {
 public:
  Hook(ServiceRules rules, Options options) : rules_(std::move(rules)), options_(options) {}

  absl::Status GroupBegan(store::Revision current, const store::Settings& settings) override;
  absl::StatusOr<std::shared_ptr<const std::any>> Context(const store::Staging& staging) override;
  absl::StatusOr<std::map<std::string, store::Derived>> Derive(const store::Staging& staging,
                                                               std::string_view cause) override;
  absl::Status Applied(const store::Staging& staging, store::Revision revision,
                       const store::Settings& settings) override;
  void GroupEnded(bool committed, store::Revision newest) override;
  std::set<std::string> NamesIn(const std::string& facts) const override;
  absl::StatusOr<bool> RefreshPage(store::Store& store) override;

  const ServiceRules& rules() const { return rules_; }

 private:
  // What all Facts are to be derived by.
  struct Target {
    int64_t codes = 0;  // the revision of the code lists' newest change
    int64_t version = 0;
    friend bool operator==(const Target&, const Target&) = default;
  };

  bool FeedsCodes(const store::Staging& staging) const;
  // The projections with what is staged of the code lists.
  absl::StatusOr<std::shared_ptr<const Projections>> Project(const store::Staging& staging);

  const ServiceRules rules_;
  const Options options_;

  // Of the thread that leads the group of writes.
  std::shared_ptr<const Projections> projections_;  // null: to be read anew
  store::Revision revision_;                        // at which projections_ are right
  bool codes_changed_ = false;                      // by a write of the open group
  std::shared_ptr<const Projections> staged_;       // as that write left them; null as above

  Mutex mutex_;  // pages of a refresh run one at a time
  std::optional<Target> target_ ABSL_GUARDED_BY(mutex_);
  std::string after_ ABSL_GUARDED_BY(mutex_);  // the last name that is done
};

}  // namespace clusterwire::facts
