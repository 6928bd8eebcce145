#pragma once

#include <memory>
#include <string>

namespace clusterwire::rpc::testing {

// A client that watches the overall health of the server at `address`, as long as it lives. The
// server has answered once when the constructor returns.
class HealthWatch {
 public:
  explicit HealthWatch(const std::string& address);
  ~HealthWatch();

  // Waits until an answer says that all is serving; false when the stream ends before.
  bool BecomesServing();

 private:
  struct Call;
  std::unique_ptr<Call> call_;
};

}  // namespace clusterwire::rpc::testing
