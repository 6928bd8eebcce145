#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_ptr_field.h"

#include "libs/filter/viewer.h"
#include "libs/resource/call.h"
#include "libs/resource/page.h"
#include "libs/rpc/call/call_context.h"
#include "libs/rpc/call/late.h"
#include "libs/rpc/call/parking.h"
#include "libs/rpc/call/run_unary.h"
#include "libs/rpc/server/runtime.h"
#include "libs/rpc/token/token.h"

namespace grpc {
class CallbackServerContext;
class ServerUnaryReactor;
}  // namespace grpc

// From a gRPC call to what the domain knows of it.
namespace clusterwire::api {

// What every handler needs: where calls run, and the key that page tokens are signed with. All of
// it outlives the services.
struct Api {
  rpc::ThreadPool& reads;
  rpc::ThreadPool& writes;
  const rpc::Late<const rpc::TokenSealer>& tokens;
};

// Through whose eyes a caller sees.
filter::Viewer ViewerOf(const rpc::Caller& caller);

// What the domain knows of a call. `request` is where request_id and validate_only are.
resource::ReadCall ReadCallOf(const rpc::CallContext& call, int64_t min_revision);
absl::StatusOr<resource::WriteCall> WriteCallOf(const rpc::CallContext& call,
                                                const google::protobuf::Message& request);

// Runs a read of the store: OUT_OF_RANGE when `min_revision` isn't written yet. As in all that
// follows, a call keeps one function: what is given here is a part of it.
template <typename Work>
grpc::ServerUnaryReactor* RunRead(const Api& api, grpc::CallbackServerContext* context,
                                  int64_t min_revision, Work work) {
  return rpc::RunUnary(api.reads, context,
                       [min_revision, work = std::move(work)](const rpc::CallContext& call) {
                         return work(ReadCallOf(call, min_revision));
                       });
}
// Runs a read of something that is behind the store, once `reader` shows `min_revision`: until then
// the call is parked.
template <typename Work>
grpc::ServerUnaryReactor* RunRead(const Api& api, grpc::CallbackServerContext* context,
                                  const rpc::Parking::Progress& reader, int64_t min_revision,
                                  Work work) {
  return rpc::RunAtRevision(api.reads, context, reader, min_revision,
                            [min_revision, work = std::move(work)](const rpc::CallContext& call) {
                              return work(ReadCallOf(call, min_revision));
                            });
}

// What every write does first: the texts of `request` are brought to one form (libs/text/form.h),
// then `work` is run. Where a text can't be, nothing is written, and the answer names it together
// with all else that is wrong: `dry_run` is run instead.
using WriteWork = absl::FunctionRef<absl::Status(const resource::WriteCall&)>;
absl::Status RunAtTheDoor(const rpc::CallContext& call, const google::protobuf::Message& request,
                          WriteWork work, WriteWork dry_run);
inline absl::Status RunAtTheDoor(const rpc::CallContext& call,
                                 const google::protobuf::Message& request, WriteWork work) {
  return RunAtTheDoor(call, request, work, work);
}

// Runs a write. `request` lives until the call is finished.
template <typename Work>
grpc::ServerUnaryReactor* RunWrite(const Api& api, grpc::CallbackServerContext* context,
                                   const google::protobuf::Message& request, Work work) {
  return rpc::RunUnary(api.writes, context,
                       [&request, work = std::move(work)](const rpc::CallContext& call) {
                         return RunAtTheDoor(call, request, work);
                       });
}
// The same for work that returns the response.
template <typename Response, typename Work>
grpc::ServerUnaryReactor* RunWrite(const Api& api, grpc::CallbackServerContext* context,
                                   const google::protobuf::Message& request, Response* response,
                                   Work work) {
  return RunWrite(api, context, request, rpc::Answering(response, std::move(work)));
}

// Runs a write that holds no thread while it waits for its commit: `begin` is given the call and
// whom to tell how it ended, `dry_run` is as in RunAtTheDoor().
template <typename Begin, typename DryRun>
grpc::ServerUnaryReactor* RunWriteLater(const Api& api, grpc::CallbackServerContext* context,
                                        const google::protobuf::Message& request, Begin begin,
                                        DryRun dry_run) {
  return rpc::RunLater(api.writes, context,
                       [&request, begin = std::move(begin), dry_run = std::move(dry_run)](
                           const rpc::CallContext& call, rpc::Then then) {
                         // A refusal at the door, by a dry run too, has begun nothing.
                         return RunAtTheDoor(
                             call, request,
                             [&](const resource::WriteCall& write) {
                               begin(write, std::move(then));
                               return absl::OkStatus();
                             },
                             dry_run);
                       });
}

// Runs a write behind a wait for somebody else, without a thread: see rpc::RunAfter. `ask` is given
// the call, its deadline and `then`.
template <typename Response, typename Ask, typename Work>
grpc::ServerUnaryReactor* RunWriteAfter(const Api& api, grpc::CallbackServerContext* context,
                                        const google::protobuf::Message& request,
                                        Response* response, Ask ask, Work work) {
  return rpc::RunAfter(
      api.writes, context,
      [&request, ask = std::move(ask)](const rpc::CallContext& call, rpc::Then then) {
        const rpc::Then nothing = [](const absl::Status&) {};
        return RunAtTheDoor(
            call, request,
            [&](const resource::WriteCall& write) { return ask(write, call.deadline, then); },
            [&](const resource::WriteCall& write) { return ask(write, call.deadline, nothing); });
      },
      [&request, work = rpc::Answering(response, std::move(work))](const rpc::CallContext& call) {
        return RunAtTheDoor(call, request, work);
      });
}

// Puts the first `page.size` of `items` on the page, fewer when they are large, and gives the token
// of the next one: empty when there is none. One more than fits was asked for, which is how that is
// known. `position_of` says behind what the next page starts.
template <typename Item, typename PositionOf>
std::string FillPage(const rpc::TokenSealer& tokens, const google::protobuf::Message& request,
                     const rpc::Page& page, std::vector<Item> items, PositionOf position_of,
                     google::protobuf::RepeatedPtrField<Item>* out) {
  resource::PageRoom room(static_cast<size_t>(page.size));
  for (Item& item : items) {
    if (!room.Takes(item.ByteSizeLong())) {
      return rpc::NextPageToken(tokens, request, position_of(*out->rbegin()));
    }
    *out->Add() = std::move(item);
  }
  return "";
}

}  // namespace clusterwire::api
