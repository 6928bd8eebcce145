#pragma once

#include <string>
#include <vector>

#include "libs/rpc/reflection/reflection.pb.h"

namespace clusterwire::rpc {

// What of the contracts that are linked in answers a question of reflection. Immutable; safe for
// use from any thread.
class Contracts {
 public:
  // `services` by their full names, in any order.
  explicit Contracts(std::vector<std::string> services);

  grpc::reflection::v1::ServerReflectionResponse Answer(
      const grpc::reflection::v1::ServerReflectionRequest& question) const;

 private:
  std::vector<std::string> services_;
};

}  // namespace clusterwire::rpc
