#include "libs/rpc/admission/admission.h"

#include <algorithm>
#include <utility>

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

#include "libs/base/status/error.h"
#include "libs/rpc/admission/access.h"
#include "libs/rpc/admission/view_as.h"
#include "libs/rpc/call/incoming.h"

namespace clusterwire::rpc {
namespace {

constexpr std::string_view kAuthorizationKey = "authorization";

// The client's certificate. It is there only where the handshake has verified it, since a listener
// that asks for one always does. (gRPC's word on whether the peer is authenticated is another: not
// so, of a certificate without names.)
std::string CertificateOf(const grpc::ServerContextBase& context) {
  const auto peer = context.auth_context();
  if (peer == nullptr) return "";
  const auto values = peer->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  return values.size() == 1 ? std::string(values[0].data(), values[0].size()) : "";
}

// Counts the call. Who has shown what doesn't hold, or what nobody could be asked about, is nobody,
// and counted as such: else made-up tokens would be free while an issuer is away.
Identified Limit(CallerLimits& limits, Admission::Kind kind, const std::string& method,
                 const std::string& peer, absl::StatusOr<Caller> answer) {
  if (!answer.ok()) {
    const absl::Status status = limits.TakeCall(Caller(), peer);
    return {.status = status.ok() ? answer.status() : status};
  }
  Identified who{.status = limits.TakeCall(*answer, peer), .caller = *std::move(answer)};
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
            .certificate = CertificateOf(context)};
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
  // What runs then may not use `this`: the call may be over.
  return runtime.identifying().Ask(
      *authenticator, shown_,
      [&limits = runtime.caller_limits(), kind = kind_, method = call_.method, peer = call_.peer,
       then = std::move(then)](absl::StatusOr<Caller> answer) {
        then(Limit(limits, kind, method, peer, std::move(answer)));
      });
}

void Admission::AskAgain(ThenAgain then) const {
  pool_.runtime().identifying().Ask(*pool_.runtime().authenticator(), shown_, std::move(then));
}

absl::StatusOr<Caller> Admission::Enter(Caller caller) const {
  Runtime& runtime = pool_.runtime();
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
