#include "services/notification/channels/endpoint_kind.h"

namespace clusterwire::notification {
namespace {

class InboxEndpoint final : public EndpointKind {
 public:
  absl::Status Check(const v1::Endpoint&, const Addresses&, FieldErrors& errors) const override {
    errors.Add("endpoint.inbox",
               "every subscriber has its inbox already; choose another id, and a webhook");
    return absl::OkStatus();
  }
};

}  // namespace

const EndpointKind& InboxEndpoints() {
  static const InboxEndpoint kKind;
  return kKind;
}

}  // namespace clusterwire::notification
