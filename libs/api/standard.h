#pragma once

#include "libs/api/run.h"
#include "libs/resource/collection.h"

// The standard methods over gRPC, once for all types of resource: they read the request and fill
// the response by the names that AIPs give the fields. A handler that keeps an Api under `api_`
// says in one line which of its methods is one:
//
//   class BookHandler final : public v1::BookService::CallbackService {
//     CW_STANDARD(Get, GetBook, v1::Book, books_)
//     CW_STANDARD(List, ListBooks, v1::ListBooksResponse, books_)
//     CW_WRITE(LendBook, v1::Book, books_->Lend(call, request->name()))
//     …
namespace clusterwire::api {

// The metadata key under which a read of one resource says its revision.
inline constexpr char kRevisionKey[] = "clusterwire-revision";
inline constexpr int kMaxBatchGet = 100;

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;
using google::protobuf::Message;
// Of a type, made once there is a store.
using Resources = rpc::LateView<resource::Collection>;

// name, min_revision.
Reactor* RunGet(const Api& api, Resources resources, Context* context, const Message& request,
                Message* response);
// names, min_revision; revision and the resources.
Reactor* RunBatchGet(const Api& api, Resources resources, Context* context, const Message& request,
                     Message* response);
// parent, page_size, page_token, state, owner, as_of, show_deleted, min_revision, as far as there;
// the resources, next_page_token and revision; as of a day also `unknown`, a list of messages with
// the resource and a `reason`.
Reactor* RunList(const Api& api, Resources resources, Context* context, const Message& request,
                 Message* response);
// parent, the resource under the name of its type, and that name with "_id".
Reactor* RunCreate(const Api& api, Resources resources, Context* context, const Message& request,
                   Message* response);
// The resource under the name of its type, update_mask.
Reactor* RunUpdate(const Api& api, Resources resources, Context* context, const Message& request,
                   Message* response);
// name, etag; the resource, or nothing when it is deleted for good.
Reactor* RunDelete(const Api& api, Resources resources, Context* context, const Message& request,
                   Message* response);
Reactor* RunUndelete(const Api& api, Resources resources, Context* context, const Message& request,
                     Message* response);

}  // namespace clusterwire::api

// `verb` is one of the above: Get, BatchGet, List, Create, Update, Delete, Undelete.
#define CW_STANDARD(verb, method, Response, resources)                                     \
  grpc::ServerUnaryReactor* method(grpc::CallbackServerContext* context,                   \
                                   const v1::method##Request* request, Response* response) \
      override {                                                                           \
    return ::clusterwire::api::Run##verb(api_, resources, context, *request, response);    \
  }

// All of them, for a type that can be undeleted: GetCluster, BatchGetClusters, ListClusters, ….
#define CW_STANDARD_ALL(Noun, Nouns, Resource, resources)                          \
  CW_STANDARD(Get, Get##Noun, Resource, resources)                                 \
  CW_STANDARD(BatchGet, BatchGet##Nouns, v1::BatchGet##Nouns##Response, resources) \
  CW_STANDARD(List, List##Nouns, v1::List##Nouns##Response, resources)             \
  CW_STANDARD(Create, Create##Noun, Resource, resources)                           \
  CW_STANDARD(Update, Update##Noun, Resource, resources)                           \
  CW_STANDARD(Delete, Delete##Noun, Resource, resources)                           \
  CW_STANDARD(Undelete, Undelete##Noun, Resource, resources)

// Any other write of one resource: `work` is an expression of `call`, a resource::WriteCall, and
// `request` that gives an absl::StatusOr<Response>.
#define CW_WRITE(method, Response, work)                                                   \
  grpc::ServerUnaryReactor* method(grpc::CallbackServerContext* context,                   \
                                   const v1::method##Request* request, Response* response) \
      override {                                                                           \
    return ::clusterwire::api::RunWrite(                                                   \
        api_, context, *request, response,                                                 \
        [this, request](const ::clusterwire::resource::WriteCall& call) { return work; }); \
  }
