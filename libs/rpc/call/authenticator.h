#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/rpc/call/call_context.h"

namespace clusterwire::rpc {

// What a call shows of who makes it, as it came in.
struct Shown {
  std::string peer = "";                        // "ipv4:127.0.0.1:50112"
  std::vector<std::string> authorization = {};  // each value of that metadata key
  // The client's certificate in PEM, which a configured authority has vouched for; empty: none.
  std::string certificate = "";
};

// Tells who calls: the one place where certificates and tokens become a subject. It says nothing of
// grants. Safe for use from any thread.
class Authenticator {
 public:
  virtual ~Authenticator() = default;

  // The subject, its proof, and whether it is an operator. Nothing shown is the public; what is
  // shown and wrong is UNAUTHENTICATED, with the reason.
  using Then = std::function<void(absl::StatusOr<Caller>)>;
  // Calls `then` once: nearly always before it returns, and without waiting for anybody; from
  // another thread where an issuer has to be asked for a key, by a bounded time. `then` may not
  // take long.
  virtual void Identify(const Shown& shown, Then then) = 0;
};

}  // namespace clusterwire::rpc
