#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

#include "clusterwire/change/v1/resource_changed.pb.h"

#include "libs/store/resource.h"
#include "libs/store/store.h"

namespace clusterwire::catalogue {

// The one mapping from a row of the log to the public record: what travels on Kafka and what
// ListChanges answers. The log itself is no contract.
// DATA_LOSS when the row can't be read.
absl::StatusOr<change::v1::ResourceChanged> RecordOf(const store::Change& change);

// Finds what the causes of changes are called now. One write may cause many changes: the last one
// is remembered. For one thread.
class CauseTitles {
 public:
  explicit CauseTitles(store::Store& store) : store_(store) {}

  // Sets the title of the record's cause, where it has one that everybody may see.
  absl::Status AddTo(change::v1::ResourceChanged* record);

 private:
  store::Store& store_;
  std::string name_;
  int64_t revision_ = 0;
  std::string title_;
};

}  // namespace clusterwire::catalogue
