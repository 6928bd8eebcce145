#include "libs/base/tls/authorities.h"

#include <algorithm>
#include <string>
#include <vector>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include "libs/base/certificate.h"
#include "libs/base/openssl.h"
#include "libs/base/status/error.h"

namespace clusterwire {
namespace {

using Context = Handle<X509_STORE_CTX, X509_STORE_CTX_free>;

void FreeChain(STACK_OF(X509) * chain) { sk_X509_pop_free(chain, X509_free); }
using Chain = Handle<STACK_OF(X509), FreeChain>;

// Each certificate of a text that was read before.
template <typename Take>
void ForEach(std::string_view pem, Take take) {
  const Bio in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  while (auto x509 = X509Handle(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr))) {
    take(std::move(x509));
  }
  ERR_clear_error();  // the end of the text counts as one
}

absl::Time TimeOf(const ASN1_TIME* time) {
  tm parts = {};
  ASN1_TIME_to_tm(time, &parts);
  return absl::FromTM(parts, absl::UTCTimeZone());
}

}  // namespace

void FreeCertificateStore(x509_store_st* store) { X509_STORE_free(store); }

absl::StatusOr<std::shared_ptr<const Authorities>> Authorities::Read(std::string_view pem) {
  ASSIGN_OR_RETURN(const std::vector<Certificate> certificates, ReadCertificates(pem));
  std::shared_ptr<Authorities> read(new Authorities);
  for (const Certificate& certificate : certificates) {
    read->not_after_ = std::min(read->not_after_, certificate.not_after);
  }
  read->store_.reset(X509_STORE_new());
  x509_store_st* const store = read->store_.get();
  if (store == nullptr) return absl::InternalError("no store of certificates can be made");
  ForEach(pem, [store](X509Handle x509) { X509_STORE_add_cert(store, x509.get()); });
  return read;
}

absl::StatusOr<Authorities::Period> Authorities::Vouch(std::string_view leaf,
                                                       std::string_view between,
                                                       absl::Time now) const {
  X509Handle certificate;
  ForEach(leaf, [&certificate](X509Handle x509) {
    if (certificate == nullptr) certificate = std::move(x509);
  });
  const Chain untrusted(sk_X509_new_null());
  ForEach(between,
          [&untrusted](X509Handle x509) { sk_X509_push(untrusted.get(), x509.release()); });
  const Context context(X509_STORE_CTX_new());
  if (certificate == nullptr || context == nullptr ||
      X509_STORE_CTX_init(context.get(), store_.get(), certificate.get(), untrusted.get()) != 1) {
    ERR_clear_error();
    return absl::FailedPreconditionError("it can't be read");
  }
  X509_STORE_CTX_set_default(context.get(), "ssl_client");
  // What stands in the file is believed, an intermediate authority too, as in a handshake.
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
  X509_STORE_CTX_set_time(context.get(), 0, absl::ToTimeT(now));
  const bool verified = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  if (!verified) {
    return absl::FailedPreconditionError(
        X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
  }
  Period period;
  STACK_OF(X509)* const way = X509_STORE_CTX_get0_chain(context.get());
  for (int i = 0; i < sk_X509_num(way); ++i) {
    const X509* const one = sk_X509_value(way, i);
    period.not_before = std::max(period.not_before, TimeOf(X509_get0_notBefore(one)));
    period.not_after = std::min(period.not_after, TimeOf(X509_get0_notAfter(one)));
  }
  return period;
}

}  // namespace clusterwire
