#include "clusterwire/catalogue/v1/search.grpc.pb.h"

#include "services/catalogue/search/finder.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

using resource::ReadCall;

class SearchServiceHandler final : public v1::SearchService::CallbackService {
 public:
  SearchServiceHandler(const Api& api, Handles& handles)
      : api_(api),
        indexed_(handles.indexed),
        finder_(handles.index, handles.store, handles.tokens) {}

  grpc::ServerUnaryReactor* Search(grpc::CallbackServerContext* context,
                                   const v1::SearchRequest* request,
                                   v1::SearchResponse* response) override {
    return api::RunRead(api_, context, indexed_, request->min_revision(),
                        [this, request, response](const ReadCall& call) {
                          return finder_.Search(call.viewer, *request, response);
                        });
  }

  grpc::ServerUnaryReactor* GetMap(grpc::CallbackServerContext* context,
                                   const v1::GetMapRequest* request,
                                   v1::GetMapResponse* response) override {
    return api::RunRead(api_, context, indexed_, request->min_revision(),
                        [this, request, response](const ReadCall& call) {
                          return finder_.Map(call.viewer, *request, response);
                        });
  }

 private:
  const Api api_;
  const rpc::Parking::Progress& indexed_;
  const Finder finder_;
};

}  // namespace

rpc::Service MakeSearchService(const Api& api, Handles& handles) {
  return rpc::ServiceOf<v1::SearchService>(std::make_unique<SearchServiceHandler>(api, handles));
}

}  // namespace clusterwire::catalogue
