#pragma once

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/store/write/staging.h"

namespace clusterwire::store {

// What a body of the store's own may do besides: see Staging.
using StagingBody = std::function<absl::Status(Staging&)>;

// Runs one body and applies what it staged. An error refuses the write and has applied nothing,
// unless the connection has an error too: then the transaction is lost.
absl::StatusOr<Written> RunWrite(GroupTransaction& group, const WriteOptions& call,
                                 const StagingBody& body);

}  // namespace clusterwire::store
