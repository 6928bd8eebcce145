#include "libs/base/tls/credentials.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "libs/base/certificate.h"
#include "libs/base/openssl.h"
#include "libs/base/status/error.h"

namespace clusterwire {
namespace {

using Key = Handle<EVP_PKEY, EVP_PKEY_free>;

// What OpenSSL complained of last, in its words.
std::string Trouble() {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason == nullptr ? "it gives no reason" : reason;
}

Bio Open(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// OpenSSL would ask at the terminal.
int NoPassword(char*, int, int, void*) { return 0; }

void UseCertificates(ssl_ctx_st* context, const std::string& pem, FieldErrors& errors) {
  const Bio in = Open(pem);
  const X509Handle first(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
  if (first == nullptr || SSL_CTX_use_certificate(context, first.get()) != 1) {
    errors.Add("certificate_file", absl::StrCat("holds a certificate that can't be used (",
                                                Trouble(), "); take another one"));
    return;
  }
  while (const auto next = X509Handle(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr))) {
    if (SSL_CTX_add1_chain_cert(context, next.get()) == 1) continue;
    errors.Add("certificate_file",
               absl::StrCat("holds an intermediate certificate that can't be used (", Trouble(),
                            "); take another one"));
    return;
  }
  ERR_clear_error();  // the end of the text counts as one
}

void UseKey(ssl_ctx_st* context, const std::string& pem, FieldErrors& errors) {
  const Bio in = Open(pem);
  const Key key(PEM_read_bio_PrivateKey(in.get(), nullptr, &NoPassword, nullptr));
  if (key == nullptr) {
    ERR_clear_error();
    errors.Add("key_file", "holds no private key in PEM that can be read without a password");
    return;
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) == 1 && SSL_CTX_check_private_key(context) == 1) {
    return;
  }
  errors.Add("key_file", absl::StrCat("holds a key that doesn't fit the first certificate of "
                                      "certificate_file (",
                                      Trouble(), ")"));
}

}  // namespace

void FreeTlsContext(ssl_ctx_st* context) { SSL_CTX_free(context); }

absl::StatusOr<std::shared_ptr<const TlsCredentials>> TlsCredentials::Create(Pem pem) {
  FieldErrors errors;
  std::shared_ptr<TlsCredentials> made(new TlsCredentials);
  if (const auto own = ReadCertificates(pem.certificates); own.ok()) {
    for (const Certificate& certificate : *own) {
      made->not_before_ = std::max(made->not_before_, certificate.not_before);
      made->not_after_ = std::min(made->not_after_, certificate.not_after);
    }
  } else {
    errors.Add("certificate_file", std::string(own.status().message()));
  }
  if (!pem.client_authorities.empty()) {
    auto authorities = Authorities::Read(pem.client_authorities);
    if (!authorities.ok()) {
      errors.Add("client_ca_file", std::string(authorities.status().message()));
    } else {
      made->authorities_ = *std::move(authorities);
    }
  }

  ERR_clear_error();
  made->context_.reset(SSL_CTX_new(TLS_server_method()));
  ssl_ctx_st* const context = made->context_.get();
  if (context == nullptr) return absl::InternalError(Trouble());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // A connection carries one request, so nothing is gained by resuming an earlier one.
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  if (errors.empty()) UseCertificates(context, pem.certificates, errors);
  if (errors.empty()) UseKey(context, pem.key, errors);
  RETURN_IF_ERROR(errors.ToStatus());
  made->pem_ = std::move(pem);
  return made;
}

}  // namespace clusterwire
