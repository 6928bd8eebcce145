#include "libs/rpc/admission/admission.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

#include "libs/base/status/error.h"
#include "libs/rpc/admission/access.h"
#include "libs/rpc/admission/peer.h"
#include "libs/rpc/admission/view_as.h"
#include "libs/rpc/call/incoming.h"

namespace clusterwire::rpc {
namespace {

constexpr std::string_view kAuthorizationKey = "authorization";

// The client's certificate. It is there only where the handshake has verified it, since a listener
// that asks for one always does. (gRPC's word on whether the peer is authenticated is another: not
// so, of a certificate without names.)
std::string CertificateOf(const grpc::ServerContextBase& context, const char* property) {
  const auto peer = context.auth_context();
  if (peer == nullptr) return "";
  const auto values = peer->FindPropertyValues(property);
  return values.size() == 1 ? std::string(values[0].data(), values[0].size()) : "";
}

// Counts the call of who turned out to be somebody.
Identified Limit(CallerLimits& limits, Admission::Kind kind, const std::string& method,
                 const std::string& peer, Caller caller) {
  Identified who{.status = limits.TakeCall(caller, peer), .caller = std::move(caller)};
  if (!who.status.ok() || kind == Admission::Kind::kUnary) return who;
  // Who has shown nothing has no rights to look up, and takes no place that others need.
  if (who.caller.proof == Caller::Proof::kNone) who.status = CheckAccess(method, who.caller);
  if (!who.status.ok()) return who;
  absl::StatusOr<CallerLimits::Place> place = limits.TakeStream(who.caller, peer);
  who.status = place.status();
  if (place.ok()) who.place = *std::move(place);
  return who;
}

}  // namespace

Admission::Admission(ThreadPool& pool, const grpc::ServerContextBase& context, Kind kind)
    : pool_(pool),
      kind_(kind),
      call_(ReadCall(context, pool.runtime())),
      metadata_(CheckMetadata(context, pool.runtime())) {
  if (!metadata_.ok()) return;  // then nothing of it is kept
  shown_ = {.peer = call_.peer,
            .authorization = ValuesOf(context, kAuthorizationKey),
            .certificate = CertificateOf(context, GRPC_X509_PEM_CERT_PROPERTY_NAME),
            .certificates_between = CertificateOf(context, GRPC_X509_PEM_CERT_CHAIN_PROPERTY_NAME)};
  view_as_ = ValuesOf(context, kViewAsKey);
}

uint64_t Admission::Ask(Then then) const {
  Runtime& runtime = pool_.runtime();
  absl::Status status = metadata_;
  if (status.ok()) status = pool_.CheckTaken();
  Authenticator* const authenticator = runtime.authenticator();
  if (status.ok() && authenticator == nullptr) status = runtime.StartingError();
  if (!status.ok()) {
    then({.status = status});
    return 0;
  }
  CallerLimits& limits = runtime.caller_limits();
  const std::string& peer = call_.peer;
  std::optional<absl::StatusOr<Caller>> known = authenticator->Known(shown_);
  if (kind_ == Kind::kStreamForAll && !(known && known->ok())) known = CallerAt(peer, false);
  if (known && known->ok()) {
    then(Limit(limits, kind_, call_.method, peer, **std::move(known)));
    return 0;
  }
  // Before anything is spent on it: made-up tokens are cheap to make. They count too when their
  // issuer can't be asked.
  if (status = limits.TakeTry(peer); !status.ok() || known) {
    then({.status = status.ok() ? known->status() : status});
    return 0;
  }
  // What runs then may not use `this`: the call may be over.
  return runtime.identifying().Ask(*authenticator, shown_,
                                   [&limits, kind = kind_, method = call_.method, peer,
                                    then = std::move(then)](absl::StatusOr<Caller> answer) {
                                     if (!answer.ok()) return then({.status = answer.status()});
                                     limits.GiveBackTry(peer);
                                     then(Limit(limits, kind, method, peer, *std::move(answer)));
                                   });
}

uint64_t Admission::AskAgain(ThenAgain then) const {
  if (kind_ == Kind::kStreamForAll) return 0;
  Authenticator& authenticator = *pool_.runtime().authenticator();
  if (auto known = authenticator.Known(shown_)) {
    then(*std::move(known));
    return 0;
  }
  return pool_.runtime().identifying().Ask(authenticator, shown_, std::move(then));
}

absl::StatusOr<Caller> Admission::Enter(Caller caller) const {
  Runtime& runtime = pool_.runtime();
  if (kind_ == Kind::kStreamForAll) {
    RETURN_IF_ERROR(CheckAccess(call_.method, caller));
    return caller;
  }
  if (!caller.is_operator) {
    // Who else may call isn't known yet, only that operators may.
    if (!runtime.started()) return runtime.StartingError();
    if (caller.proof != Caller::Proof::kNone) RETURN_IF_ERROR(runtime.AddRights(&caller));
    for (auto* names : {&caller.members, &caller.edits, &caller.owns}) std::ranges::sort(*names);
  }
  RETURN_IF_ERROR(ViewAs(view_as_, &caller));
  RETURN_IF_ERROR(CheckAccess(call_.method, caller));
  return caller;
}

}  // namespace clusterwire::rpc
