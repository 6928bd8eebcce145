#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/store/codes.h"
#include "libs/store/log/log.h"
#include "libs/store/registry.h"
#include "libs/store/revision.h"
#include "libs/store/write/staging.h"

namespace clusterwire::store {

// The code lists as of the last commit, and as the open group of writes has changed them. Used by
// the thread that leads the group.
class CodesCache {
 public:
  explicit CodesCache(const Registry& registry) : registry_(registry) {}

  // A group begins at `current`. Drops the lists when another process has changed them.
  absl::Status Begin(const Log& log, Revision current);
  // With what `staging` changes of them.
  absl::StatusOr<std::shared_ptr<const Codes>> For(const Staging& staging);
  // A body of the group left the lists like this.
  void Stage(std::shared_ptr<const Codes> codes) { staged_ = std::move(codes); }
  void Commit(Revision newest);

 private:
  const Registry& registry_;
  std::shared_ptr<const Codes> codes_;
  Revision revision_;  // at which codes_ are right
  std::shared_ptr<const Codes> staged_;
};

}  // namespace clusterwire::store
