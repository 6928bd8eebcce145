#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "clusterwire/change/v1/change_service.grpc.pb.h"

#include "libs/base/status/status_macros.h"
#include "libs/base/time/timestamp.h"
#include "libs/rpc/token/page_token.h"
#include "libs/rpc/call/run_unary.h"
#include "services/catalogue/common/api/calls.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

using change::v1::ListChangesRequest;
using change::v1::ListChangesResponse;

std::string PlaceOf(const store::Position& position) {
  return absl::StrCat(position.revision.value, ".", position.ordinal);
}

// A token was signed by us, so what is in it is what PlaceOf() made.
store::Position PositionOf(const std::string& place) {
  store::Position position;
  const size_t dot = place.find('.');
  if (dot == std::string::npos ||
      !absl::SimpleAtoi(place.substr(0, dot), &position.revision.value) ||
      !absl::SimpleAtoi(place.substr(dot + 1), &position.ordinal)) {
    return {};
  }
  return position;
}

class ChangeServiceHandler final : public change::v1::ChangeService::CallbackService {
 public:
  ChangeServiceHandler(const Api& api, const History& history) : api_(api), history_(history) {}

  grpc::ServerUnaryReactor* ListChanges(grpc::CallbackServerContext* context,
                                        const ListChangesRequest* request,
                                        ListChangesResponse* response) override {
    return rpc::RunUnary(api_.reads, context,
                         [this, request, response](const rpc::CallContext& call) {
                           return List(call, *request, response);
                         });
  }

 private:
  absl::Status List(const rpc::CallContext& call, const ListChangesRequest& request,
                    ListChangesResponse* response) {
    ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(api_.tokens, request, {}));
    if (request.after_revision() < 0) return FieldError("after_revision", "must not be negative");
    HistoryQuery query;
    query.viewer = ViewerOf(call.caller);
    query.filter = request.filter();
    query.kinds = {request.kinds().begin(), request.kinds().end()};
    if (request.has_start_time()) query.start = ToTime(request.start_time());
    if (request.has_end_time()) query.end = ToTime(request.end_time());
    query.latest_per_resource = request.latest_per_resource();
    if (!page.after.empty()) {
      query.after = PositionOf(page.after);
    } else if (request.after_revision() > 0) {
      query.after = store::EndOf(store::Revision{request.after_revision()});
    }
    query.limit = page.size;
    query.bytes = rpc::kMaxPageBytes;
    ASSIGN_OR_RETURN(auto listed, history_.List(query));
    for (auto& change : listed.changes) *response->add_changes() = std::move(change);
    if (listed.next) {
      response->set_next_page_token(
          rpc::NextPageToken(api_.tokens, request, PlaceOf(*listed.next)));
    }
    return absl::OkStatus();
  }

  const Api api_;
  const History& history_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeChangeService(const Api& api, const History& history) {
  return std::make_unique<ChangeServiceHandler>(api, history);
}

}  // namespace clusterwire::catalogue
