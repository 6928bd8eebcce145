#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <grpcpp/support/server_callback.h>

#include "libs/base/status/status_macros.h"
#include "libs/rpc/token/page_token.h"
#include "libs/rpc/call/run_unary.h"
#include "services/catalogue/common/api/calls.h"
#include "services/catalogue/common/resource.h"

// The standard methods once for all handlers: each takes the request of its method and calls the
// domain class. Requests live until the call is finished, so they are captured by reference.
namespace clusterwire::catalogue {

// The metadata key under which a read of one resource says its revision.
inline constexpr char kRevisionKey[] = "clusterwire-revision";
inline constexpr int kMaxBatchGet = 100;

template <typename T, typename Request>
grpc::ServerUnaryReactor* RunGet(const Api& api, const Resources<T>& resources,
                                 grpc::CallbackServerContext* context, const Request& request,
                                 T* response) {
  return rpc::RunUnary(
      api.reads, context,
      [&api, &resources, &request, context,
       response](const rpc::CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(
            auto found,
            resources.BatchGet(ReadCallOf(api, call, request.min_revision()), {request.name()}));
        context->AddInitialMetadata(kRevisionKey, absl::StrCat(found.revision.value));
        *response = std::move(found.resources.front());
        return absl::OkStatus();
      });
}

// Where a response keeps its resources: &ListClustersResponse::mutable_clusters.
template <typename T, typename Response>
using RepeatedField = google::protobuf::RepeatedPtrField<T>* (Response::*)();

template <typename T, typename Request, typename Response>
grpc::ServerUnaryReactor* RunBatchGet(const Api& api, const Resources<T>& resources,
                                      grpc::CallbackServerContext* context, const Request& request,
                                      Response* response, RepeatedField<T, Response> field) {
  return rpc::RunUnary(
      api.reads, context,
      [&api, &resources, &request, response, field](const rpc::CallContext& call) -> absl::Status {
        if (request.names().empty() || request.names_size() > kMaxBatchGet) {
          return FieldError("names", absl::StrCat("has ", request.names_size(), "; 1 to ",
                                                  kMaxBatchGet, " are possible"));
        }
        const std::vector<std::string> names(request.names().begin(), request.names().end());
        ASSIGN_OR_RETURN(auto found,
                         resources.BatchGet(ReadCallOf(api, call, request.min_revision()), names));
        for (T& resource : found.resources) *(response->*field)()->Add() = std::move(resource);
        response->set_revision(found.revision.value);
        return absl::OkStatus();
      });
}

template <typename T, typename Request, typename Response>
grpc::ServerUnaryReactor* RunList(const Api& api, const Resources<T>& resources,
                                  grpc::CallbackServerContext* context, const Request& request,
                                  Response* response, RepeatedField<T, Response> field,
                                  const std::string& parent = "") {
  return rpc::RunUnary(
      api.reads, context,
      [&api, &resources, &request, response, field,
       parent](const rpc::CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(api.tokens, request, {}));
        ASSIGN_OR_RETURN(auto listed, resources.List(ReadCallOf(api, call, request.min_revision()),
                                                     {.parent = parent,
                                                      .after = page.after,
                                                      .limit = page.size,
                                                      .bytes = rpc::kMaxPageBytes,
                                                      .show_deleted = request.show_deleted()}));
        for (T& resource : listed.resources) *(response->*field)()->Add() = std::move(resource);
        if (!listed.next.empty()) {
          response->set_next_page_token(rpc::NextPageToken(api.tokens, request, listed.next));
        }
        response->set_revision(listed.revision.value);
        return absl::OkStatus();
      });
}

// Runs a write: `work` gets what the domain knows of the call and returns the resource.
template <typename T, typename Request, typename Work>
grpc::ServerUnaryReactor* RunWrite(const Api& api, grpc::CallbackServerContext* context,
                                   const Request& request, T* response, Work work) {
  return rpc::RunUnary(
      api.writes, context, response,
      [&request, work = std::move(work)](const rpc::CallContext& call) -> absl::StatusOr<T> {
        ASSIGN_OR_RETURN(const WriteCall write, WriteCallOf(call, request));
        return work(write);
      });
}

template <typename T, typename Request>
grpc::ServerUnaryReactor* RunCreate(const Api& api, Resources<T>& resources,
                                    grpc::CallbackServerContext* context, const Request& request,
                                    const T& resource, const std::string& id, T* response,
                                    const std::string& parent = "") {
  return RunWrite(api, context, request, response, [&, parent](const WriteCall& call) {
    return resources.Create(call, parent, resource, id);
  });
}

template <typename T, typename Request>
grpc::ServerUnaryReactor* RunUpdate(const Api& api, Resources<T>& resources,
                                    grpc::CallbackServerContext* context, const Request& request,
                                    const T& resource, T* response) {
  return RunWrite(api, context, request, response, [&](const WriteCall& call) {
    return resources.Update(call, resource, request.update_mask());
  });
}

template <typename T, typename Request>
grpc::ServerUnaryReactor* RunDelete(const Api& api, Resources<T>& resources,
                                    grpc::CallbackServerContext* context, const Request& request,
                                    T* response) {
  return RunWrite(api, context, request, response, [&](const WriteCall& call) {
    return resources.Delete(call, request.name(), request.etag());
  });
}

template <typename T, typename Request>
grpc::ServerUnaryReactor* RunUndelete(const Api& api, Resources<T>& resources,
                                      grpc::CallbackServerContext* context, const Request& request,
                                      T* response) {
  return RunWrite(api, context, request, response, [&](const WriteCall& call) {
    return resources.Undelete(call, request.name(), request.etag());
  });
}

}  // namespace clusterwire::catalogue
