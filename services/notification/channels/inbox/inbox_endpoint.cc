#include "services/notification/channels/endpoint_kind.h"

namespace clusterwire::notification {
namespace {

class InboxEndpoint final : public EndpointKind {
 public:
  void Check(const v1::Endpoint&, const EndpointSettings&, FieldErrors& errors) const override {
    errors.Add(
        "endpoint.inbox",
        "every subscriber has its inbox already; choose another id, and a webhook or an email");
  }
  absl::Status Rotate(v1::Endpoint&, const std::string&, absl::Time, Random&) const override {
    return FieldError("name", "is an inbox, which has no secret");
  }
};

}  // namespace

const EndpointKind& InboxEndpoints() {
  static const InboxEndpoint kKind;
  return kKind;
}

}  // namespace clusterwire::notification
