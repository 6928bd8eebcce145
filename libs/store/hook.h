#pragma once

#include <any>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/store/revision.h"

namespace clusterwire::store {

class Settings;
class Staging;
class Store;

// What a hook keeps with a resource: bytes that the store doesn't read.
struct Derived {
  std::optional<std::string> own;    // for the hook alone
  std::optional<std::string> facts;  // for readers; the log has it before and after
  std::string cause;  // the staged resource that it followed from; empty when it is staged itself
};

// What a service derives from its resources inside each write, at the moments that the write needs.
// One for each store. This one derives nothing.
//
// GroupBegan to GroupEnded run on the thread that leads a group of writes, one group at a time;
// the others on any thread.
class Hook {
 public:
  virtual ~Hook() = default;

  // A group of writes begins, with the store at `current`.
  virtual absl::Status GroupBegan(Revision, const Settings&) { return absl::OkStatus(); }
  // What Writer::context() gives to a body that has staged this.
  virtual absl::StatusOr<std::shared_ptr<const std::any>> Context(const Staging&) {
    return nullptr;
  }
  // What follows from what a body staged: for the staged resources that changed, and for all others
  // whose bytes change with them. What it reads, it reads through the staging's rows, which know
  // it from then on. `cause` is what the changes of staging.rederived() name.
  virtual absl::StatusOr<std::map<std::string, Derived>> Derive(const Staging&, std::string_view) {
    return std::map<std::string, Derived>();
  }
  // It has been applied to the tables, under this revision if it changed anything.
  virtual absl::Status Applied(const Staging&, Revision, const Settings&) {
    return absl::OkStatus();
  }
  // Committed, with the store at `newest` now, or aborted, as if the group had never been.
  virtual void GroupEnded(bool /*committed*/, Revision /*newest*/) {}

  // Names under which the log finds a change with these bytes before or after, besides its own.
  virtual std::set<std::string> NamesIn(const std::string& /*facts*/) const { return {}; }
  // Derives the next page anew where what it was derived by has changed; false when nothing is
  // left to do.
  virtual absl::StatusOr<bool> RefreshPage(Store&) { return false; }
};

}  // namespace clusterwire::store
