#pragma once

#include <functional>
#include <memory>
#include <optional>
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
  // The client's certificate in PEM, which an authority vouched for when the connection began;
  // empty: none. Those between it and its authority, as far as the client showed them.
  std::string certificate = "";
  std::string certificates_between = "";
};

// Tells who calls: the one place where certificates and tokens become a subject. It says nothing of
// grants. Safe for use from any thread.
class Authenticator {
 public:
  virtual ~Authenticator() = default;

  // The subject, its proof, and whether it is an operator. Nothing shown is the public; what is
  // shown and wrong is UNAUTHENTICATED, with the reason.
  using Then = std::function<void(absl::StatusOr<Caller>)>;
  // What can be told in microseconds: of those who show nothing, and of what was shown before.
  // Nothing: Identify() has to find out.
  virtual std::optional<absl::StatusOr<Caller>> Known(const Shown& shown) = 0;
  // Reads and verifies what is shown, and calls `then` once: nearly always before it returns, and
  // without waiting for anything outside; from another thread where an issuer has to be asked for a
  // key, by a bounded time. `then` may not take long. Once nothing holds what `waits` looks at,
  // nothing waits for the answer any more, and it needn't come.
  virtual void Identify(const Shown& shown, std::weak_ptr<const void> waits, Then then) = 0;
};

}  // namespace clusterwire::rpc
