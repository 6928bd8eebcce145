#include "libs/api/run.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/rpc/admission/peer.h"
#include "libs/text/form.h"

namespace clusterwire::api {
namespace {

using google::protobuf::Message;
using resource::WriteCall;

// `first` with the violations of `second` on other fields.
absl::Status Joined(const absl::Status& first, const absl::Status& second) {
  FieldErrors errors;
  std::set<std::string> named;
  const google::rpc::BadRequest known = BadRequestOf(first);
  for (const auto& violation : known.field_violations()) {
    errors.Add(violation.field(), violation.description());
    named.insert(violation.field());
  }
  const google::rpc::BadRequest more = BadRequestOf(second);
  for (const auto& violation : more.field_violations()) {
    if (!named.contains(violation.field())) errors.Add(violation.field(), violation.description());
  }
  return errors.ToStatus();
}

// What is wrong with a request besides `known`: the write is run dry, where its contract says that
// it can be.
absl::Status DryRun(WriteCall call, const Message& request, const absl::Status& known,
                    WriteWork work) {
  if (request.GetDescriptor()->FindFieldByName("validate_only") == nullptr) return known;
  call.store.validate_only = true;
  call.store.request_id.clear();
  const absl::Status found = work(call);
  if (found.ok()) return known;
  const bool about_fields = !BadRequestOf(found).field_violations().empty();
  return about_fields ? Joined(known, found) : found;
}

// Through whose eyes a subject gets its answers. The own ones are the same when rights come or
// go: a write that gives a right to its caller must find its answer when it is repeated, and
// whether an answer may be given again is asked anew each time. The same rights of others give the
// same key in any order; their names may be many and long.
std::string KeyOf(const rpc::Caller& caller, const filter::Viewer& viewer) {
  if (caller.is_operator) return "operator";
  if (!caller.views_as) return "own";
  if (viewer.members.empty()) return "public";
  return absl::BytesToHexString(Sha256(absl::StrJoin(viewer.members, "\n")));
}

}  // namespace

filter::Viewer ViewerOf(const rpc::Caller& caller) {
  filter::Viewer viewer{.operator_ = caller.is_operator,
                        .members = caller.members,
                        .edits = caller.edits,
                        .owns = caller.owns};
  // Who sees as others do has nothing of their own.
  const bool known = caller.proof != rpc::Caller::Proof::kNone;
  if (known && !caller.views_as) viewer.subject = caller.subject;
  for (auto* names : {&viewer.members, &viewer.edits, &viewer.owns}) std::ranges::sort(*names);
  return viewer;
}

resource::ReadCall ReadCallOf(const rpc::CallContext& call, int64_t min_revision) {
  return {.viewer = ViewerOf(call.caller), .at_least = store::Revision{min_revision}};
}

absl::StatusOr<WriteCall> WriteCallOf(const rpc::CallContext& call, const Message& request) {
  const std::string traceparent = call.trace.ToTraceparent();
  ASSIGN_OR_RETURN(store::WriteOptions store_call,
                   resource::MakeCall({call.caller.subject, traceparent, call.method}, request));
  WriteCall write{.viewer = ViewerOf(call.caller), .store = std::move(store_call)};
  write.store.view = KeyOf(call.caller, write.viewer);
  write.viewer.network = rpc::AddressOf(call.peer);
  return write;
}

absl::Status RunAtTheDoor(const rpc::CallContext& call, const Message& request, WriteWork work,
                          WriteWork dry_run) {
  FieldErrors errors;
  // gRPC made it for this call alone and nothing has read it yet.
  text::BringToForm(const_cast<Message*>(&request), errors);
  absl::StatusOr<WriteCall> write = WriteCallOf(call, request);
  if (write.ok() && errors.empty()) return work(*write);
  if (!write.ok()) {
    if (BadRequestOf(write.status()).field_violations().empty()) return std::move(write).status();
    errors.AddAll("", write.status());
    write = WriteCall{.viewer = ViewerOf(call.caller)};
  }
  return DryRun(*std::move(write), request, errors.ToStatus(), dry_run);
}

}  // namespace clusterwire::api
