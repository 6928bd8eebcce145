#pragma once

#include "absl/status/status.h"
#include <grpcpp/support/status.h>

namespace clusterwire::rpc {

// Both statuses are the same thing: code, text, and the details, which travel as google.rpc.Status.
// A status without ErrorInfo gets one whose reason is the name of its code. Text beyond 1,000 bytes
// and details beyond 3,500 are cut (field violations from the end), since all of it must fit into
// the 8 KiB of trailers that common clients take.
grpc::Status ToGrpcStatus(const absl::Status& status);
absl::Status ToAbslStatus(const grpc::Status& status);

// What a client may see of `status`. INTERNAL, UNKNOWN and DATA_LOSS without ErrorInfo are faults
// that nobody worded for it (a file path, a statement, a password may be in the text): the text
// goes to the log, the client gets the trace id to ask about. Of an error whose reason begins with
// DATABASE_ it gets code, reason and retry delay: the text names hosts and users, and goes to the
// log.
absl::Status ForClient(const absl::Status& status);

}  // namespace clusterwire::rpc
