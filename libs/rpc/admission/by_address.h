#pragma once

#include "libs/rpc/admission/peer.h"
#include "libs/rpc/call/authenticator.h"

namespace clusterwire::rpc {

// Knows callers by where they call from alone.
class ByAddress final : public Authenticator {
 public:
  explicit ByAddress(bool loopback_is_operator) : loopback_is_operator_(loopback_is_operator) {}

  void Identify(const Shown& shown, Then then) override {
    then(CallerAt(shown.peer, loopback_is_operator_));
  }

 private:
  const bool loopback_is_operator_;
};

}  // namespace clusterwire::rpc
