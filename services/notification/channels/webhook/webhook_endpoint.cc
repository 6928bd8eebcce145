#include <string>
#include <utility>

#include "libs/base/time/clock.h"
#include "services/notification/channels/endpoint_kind.h"
#include "services/notification/channels/webhook/signing.h"

namespace clusterwire::notification {
namespace {

constexpr char kUri[] = "endpoint.webhook.uri";
constexpr char kSecretForm[] =
    "must be \"whsec_\" and 24 to 64 bytes, not all of them zero, in base64 with its padding; "
    "leave "
    "it empty to get one";

class WebhookEndpoint final : public EndpointKind {
 public:
  void Check(const v1::Endpoint& endpoint, const EndpointSettings& settings,
             FieldErrors& errors) const override {
    const v1::Webhook& webhook = endpoint.webhook();
    if (webhook.uri().empty()) {
      errors.Add(kUri, "is required: the https address that notices are sent to");
    } else {
      errors.AddAll(kUri, settings.guard.CheckUrl(webhook.uri()));
    }
    if (webhook.uri().find('#') != std::string::npos) {
      errors.Add(kUri, "must not have a fragment ('#')");
    }
    if (!webhook.secret().empty() && !KeyOf(webhook.secret())) {
      errors.Add("endpoint.webhook.secret", kSecretForm);
    }
  }
  Address AddressOf(const v1::Endpoint& endpoint) const override {
    return {.url = endpoint.webhook().uri(), .path = kUri};
  }
  void Complete(v1::Endpoint& endpoint, Random& random) const override {
    v1::Webhook& webhook = *endpoint.mutable_webhook();
    if (webhook.secret().empty()) webhook.set_secret(MakeSecret(random));
    SetKeys(webhook, random);
  }
  absl::Status Rotate(v1::Endpoint& endpoint, const std::string& secret, absl::Time until,
                      Random& random) const override {
    v1::Webhook& webhook = *endpoint.mutable_webhook();
    if (!secret.empty() && !KeyOf(secret)) return FieldError("secret", kSecretForm);
    if (!secret.empty() && secret == webhook.secret()) {
      return FieldError("secret", "is the present one; leave it empty to get a new one");
    }
    webhook.clear_previous_secret();
    webhook.clear_previous_public_key();
    webhook.clear_previous_private_key();
    webhook.clear_previous_secret_expire_time();
    if (until != absl::InfinitePast()) {
      webhook.set_previous_secret(webhook.secret());
      webhook.set_previous_public_key(webhook.public_key());
      webhook.set_previous_private_key(webhook.private_key());
      *webhook.mutable_previous_secret_expire_time() = ToTimestamp(until);
    }
    SetKeys(webhook, random);
    webhook.set_secret(secret.empty() ? MakeSecret(random) : secret);
    return absl::OkStatus();
  }
  std::string TroubleOf(const v1::Endpoint& endpoint) const override {
    if (KeyOf(endpoint.webhook().secret())) return "";
    return "its secret can't sign, so nothing is sent there: RotateSecret gives it another";
  }
  void RemoveSecrets(v1::Endpoint& endpoint) const override {
    endpoint.mutable_webhook()->clear_secret();
    RemoveHiddenKeys(endpoint);
  }
  void RemoveHiddenKeys(v1::Endpoint& endpoint) const override {
    endpoint.mutable_webhook()->clear_previous_secret();
    endpoint.mutable_webhook()->clear_private_key();
    endpoint.mutable_webhook()->clear_previous_private_key();
  }

 private:
  static void SetKeys(v1::Webhook& webhook, Random& random) {
    KeyPair keys = MakeKeyPair(random);
    webhook.set_private_key(std::move(keys.private_key));
    webhook.set_public_key(std::move(keys.public_key));
  }
};

}  // namespace

const EndpointKind& WebhookEndpoints() {
  static const WebhookEndpoint kKind;
  return kKind;
}

}  // namespace clusterwire::notification
