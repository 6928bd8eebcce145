#include <string>

#include "libs/resource/name.h"
#include "services/notification/channels/endpoint_kind.h"
#include "services/notification/channels/webhook/secret.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kMaxUri = 2000;

class WebhookEndpoint final : public EndpointKind {
 public:
  absl::Status Check(const v1::Endpoint& endpoint, const Addresses& addresses,
                     FieldErrors& errors) const override {
    const std::string& uri = endpoint.webhook().uri();
    resource::CheckText(errors, "endpoint.webhook.uri", uri, 1, kMaxUri);
    if (uri.find('#') != std::string::npos) {
      errors.Add("endpoint.webhook.uri", "must not have a fragment ('#')");
    }
    if (!endpoint.webhook().secret().empty() && !KeyOf(endpoint.webhook().secret())) {
      errors.Add("endpoint.webhook.secret",
                 "must be \"whsec_\" and 24 to 64 bytes in base64; leave it empty to get one");
    }
    if (!errors.empty()) return absl::OkStatus();
    const absl::Status reachable = addresses.guard.CheckHost(uri, addresses.resolve);
    // That the resolver doesn't answer now says nothing about the address: the caller may try
    // again.
    if (absl::IsUnavailable(reachable)) return reachable;
    errors.AddAll("endpoint.webhook.uri", reachable);
    return absl::OkStatus();
  }
  void Complete(v1::Endpoint& endpoint, Random& random) const override {
    if (!endpoint.webhook().secret().empty()) return;
    endpoint.mutable_webhook()->set_secret(MakeSecret(random));
  }
  void RemoveSecrets(v1::Endpoint& endpoint) const override {
    endpoint.mutable_webhook()->clear_secret();
  }
};

}  // namespace

const EndpointKind& WebhookEndpoints() {
  static const WebhookEndpoint kKind;
  return kKind;
}

}  // namespace clusterwire::notification
