#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/handle.h"
#include "libs/base/tls/authorities.h"

struct ssl_ctx_st;

namespace clusterwire {

void FreeTlsContext(ssl_ctx_st* context);

// What a server shows of itself over TLS and whom it trusts: checked once, unchangeable, so that no
// reader ever sees a certificate beside another one's key. Safe for use from any thread.
class TlsCredentials {
 public:
  struct Pem {
    std::string certificates = "";  // the server's first, then those between it and its authority
    std::string key = "";           // private, of the first certificate, without a password
    std::string client_authorities = "";  // empty: clients are asked for no certificate

    friend bool operator==(const Pem&, const Pem&) = default;
  };

  // INVALID_ARGUMENT with what can't be used, by the fields certificate_file, key_file and
  // client_ca_file.
  static absl::StatusOr<std::shared_ptr<const TlsCredentials>> Create(Pem pem);

  const Pem& pem() const { return pem_; }
  // From the latest beginning to the earliest end of the server's certificates.
  absl::Time not_before() const { return not_before_; }
  absl::Time not_after() const { return not_after_; }
  // Of clients; null where clients are asked for no certificate.
  const std::shared_ptr<const Authorities>& authorities() const { return authorities_; }
  ssl_ctx_st* context() const { return context_.get(); }

 private:
  TlsCredentials() = default;

  Pem pem_;
  absl::Time not_before_ = absl::InfinitePast();
  absl::Time not_after_ = absl::InfiniteFuture();
  std::shared_ptr<const Authorities> authorities_;
  Handle<ssl_ctx_st, &FreeTlsContext> context_;
};

// Gives those that hold now; asked at each connection. Empty: no TLS.
using TlsSource = std::function<std::shared_ptr<const TlsCredentials>()>;

}  // namespace clusterwire
