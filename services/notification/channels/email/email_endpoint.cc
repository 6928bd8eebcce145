#include "services/notification/channels/endpoint_kind.h"

namespace clusterwire::notification {
namespace {

class EmailEndpoint final : public EndpointKind {
 public:
  // The address has its form by now, or the errors say what is wrong with it.
  void Check(const v1::Endpoint& endpoint, const EndpointSettings& settings,
             FieldErrors& errors) const override {
    if (!settings.mail) {
      errors.Add("endpoint.email",
                 "no mails are sent here: that needs `mail` in this service's configuration; give "
                 "the endpoint a webhook, or use the inbox");
    }
    if (endpoint.email().address().empty()) {
      errors.Add("endpoint.email.address", "is required: the mailbox that notices are sent to");
    }
  }
  absl::Status Rotate(v1::Endpoint&, const std::string&, absl::Time, Random&) const override {
    return FieldError("name", "is a mailbox, which has no secret");
  }
};

}  // namespace

const EndpointKind& EmailEndpoints() {
  static const EmailEndpoint kKind;
  return kKind;
}

}  // namespace clusterwire::notification
