#include <algorithm>

#include "clusterwire/change/v1/change_service.grpc.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "libs/resource/page.h"
#include "libs/rpc/token/token.h"
#include "libs/text/form.h"
#include "services/catalogue/changes/history.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

using change::v1::ListChangesRequest;
using change::v1::ListChangesResponse;
using resource::ReadCall;

class ChangeServiceHandler final : public change::v1::ChangeService::CallbackService {
 public:
  ChangeServiceHandler(const Api& api, rpc::Late<store::Store>& store)
      : api_(api), history_(store) {}

  grpc::ServerUnaryReactor* ListChanges(grpc::CallbackServerContext* context,
                                        const ListChangesRequest* request,
                                        ListChangesResponse* response) override {
    return api::RunRead(api_, context, 0, [this, request, response](const ReadCall& call) {
      return List(call, *request, response);
    });
  }

 private:
  absl::Status List(const ReadCall& call, const ListChangesRequest& request,
                    ListChangesResponse* response) {
    HistoryQuery query;
    const auto read = rpc::ReadPage(*api_.tokens, request, {});
    RETURN_IF_ERROR(query.errors.AddFrom(read.status()));
    const rpc::Page page = read.value_or(rpc::Page());
    if (request.after_revision() < 0) query.errors.Add("after_revision", "must not be negative");
    query.viewer = call.viewer;
    query.filter = request.filter();
    for (const std::string& kind : request.kinds()) query.kinds.push_back(text::WordForm(kind));
    if (request.has_start_time()) query.start = ToTime(request.start_time());
    if (request.has_end_time()) query.end = ToTime(request.end_time());
    query.latest_per_resource = request.latest_per_resource();
    query.history = request.history_id();
    if (page.after.has_change()) {
      query.after = {.revision = {page.after.change().revision()},
                     .ordinal = page.after.change().ordinal()};
    } else if (request.after_revision() > 0) {
      query.after = store::EndOf(store::Revision{request.after_revision()});
    }
    query.limit = page.size;
    query.bytes = resource::kMaxPageBytes;
    ASSIGN_OR_RETURN(auto listed, history_->List(query));
    for (auto& change : listed.changes) *response->add_changes() = std::move(change);
    response->mutable_actors()->Assign(listed.actors.begin(), listed.actors.end());
    response->set_revision(std::max(listed.through.value, request.after_revision()));
    response->set_history_id(std::move(listed.history));
    if (listed.next) {
      rpc::PagePosition position;
      position.mutable_change()->set_revision(listed.next->revision.value);
      position.mutable_change()->set_ordinal(listed.next->ordinal);
      response->set_next_page_token(rpc::NextPageToken(*api_.tokens, request, position));
    }
    return absl::OkStatus();
  }

  const Api api_;
  const rpc::Late<History> history_;
};

}  // namespace

rpc::Service MakeChangeService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<change::v1::ChangeService>(
      std::make_unique<ChangeServiceHandler>(api, store));
}

}  // namespace clusterwire::catalogue
