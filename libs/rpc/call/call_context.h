#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"

#include "libs/telemetry/trace.h"

namespace clusterwire::rpc {

// Who is calling and what they may: the one seam for identity. Everything behind the runners asks
// only this (libs/rpc/admission makes it).
struct Caller {
  // How it was shown who calls.
  enum class Proof { kNone, kLoopback, kCertificate, kToken };

  // Opaque and stable: stored as the actor of a change and as the owner of a request id. Compare
  // it, never parse it. "public" where nothing was shown.
  std::string subject = "";
  Proof proof = Proof::kNone;
  // May see and change everything.
  bool is_operator = false;
  // By grants, resource names such as "programmes/go-cluster": whose internal view the caller
  // shares, what of that they may write, and whose grants they may give.
  std::vector<std::string> members = {};
  std::vector<std::string> edits = {};
  std::vector<std::string> owns = {};
  // An operator who sees as others do (clusterwire-view-as): the rights above aren't the subject's.
  bool views_as = false;

  friend bool operator==(const Caller&, const Caller&) = default;
};

// What a handler and the domain know of a call besides its request. Knows no gRPC, so that a domain
// test makes one by hand.
struct CallContext {
  Caller caller = {};
  // This call's own span: a child of the caller's `traceparent`, or a new trace.
  telemetry::TraceContext trace = {};
  // When the caller gives up; absl::InfiniteFuture() when it set none.
  absl::Time deadline = absl::InfiniteFuture();
  std::string method = "";  // "/clusterwire.catalogue.v1.ClusterService/GetCluster"
  std::string peer = "";    // "ipv4:127.0.0.1:50112"
};

}  // namespace clusterwire::rpc
