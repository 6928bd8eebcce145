#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include <grpcpp/channel.h>

#include "clusterwire/catalogue/v1/import.pb.h"

#include "services/catalogue/import/client/plan.h"

namespace clusterwire::catalogue::import_client {

// Sends the lines of one file and calls `report` for each as it is answered, on this thread; lines
// go out on another meanwhile. An error is what ended the import; reports before it hold.
absl::Status Send(const std::shared_ptr<grpc::Channel>& channel, const v1::ImportStart& start,
                  const std::vector<NumberedLine>& lines,
                  const std::function<void(const v1::ImportResponse&)>& report);

}  // namespace clusterwire::catalogue::import_client
