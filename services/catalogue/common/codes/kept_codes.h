#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"

#include "libs/base/threads/mutex.h"
#include "libs/store/store.h"
#include "services/catalogue/common/codes/code_book.h"

namespace clusterwire::catalogue {

// The code lists for reads, kept from call to call until one of them is changed: thousands of codes
// are too many to read for each. Safe for use from any thread. `store` outlives it.
class KeptCodes {
 public:
  explicit KeptCodes(store::Store& store) : store_(store) {}

  // As of the reader's revision or an earlier one at which they were the same.
  absl::StatusOr<std::shared_ptr<const CodeBook>> At(const store::Reader& reader) const;

 private:
  store::Store& store_;
  mutable Mutex mutex_;
  mutable std::shared_ptr<const CodeBook> book_ ABSL_GUARDED_BY(mutex_);
  mutable int64_t read_at_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace clusterwire::catalogue
