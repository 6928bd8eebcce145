#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/handle.h"

struct x509_store_st;

namespace clusterwire {

void FreeCertificateStore(x509_store_st* store);

// Who is believed when they vouch for a client's certificate. Immutable; safe for use from any
// thread.
class Authorities {
 public:
  // From a text in PEM; INVALID_ARGUMENT as ReadCertificates().
  static absl::StatusOr<std::shared_ptr<const Authorities>> Read(std::string_view pem);

  // While one and the same way from a certificate to an authority holds.
  struct Period {
    absl::Time not_before = absl::InfinitePast();
    absl::Time not_after = absl::InfiniteFuture();
  };
  // Whether one of them vouches at `now` for the certificate `leaf`, by way of those in `between`
  // (both in PEM; the latter may be empty), to be shown by a client. FAILED_PRECONDITION with
  // OpenSSL's words where none does.
  absl::StatusOr<Period> Vouch(std::string_view leaf, std::string_view between,
                               absl::Time now) const;

  // The earliest end of one of them.
  absl::Time not_after() const { return not_after_; }

 private:
  Authorities() = default;

  absl::Time not_after_ = absl::InfiniteFuture();
  Handle<x509_store_st, &FreeCertificateStore> store_;
};

}  // namespace clusterwire
